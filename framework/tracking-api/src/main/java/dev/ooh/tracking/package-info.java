/**
 * The SPI of a technique, and the operator's surface of the core.
 *
 * <p>A {@linkplain dev.ooh.tracking.TrackingTechnique technique} is a stateless factory; what it
 * needs it asks of the address space. A {@linkplain dev.ooh.tracking.TrackingSession session} of it
 * gathers for one address space. Everything about consumers, debts and switches is the core's.
 *
 * <h2>The contract</h2>
 *
 * Eight laws; each has tests in the conformance kit.
 *
 * <ol>
 *   <li><b>Complete.</b> A page written after an interval was fetched is in a later one, never in
 *       none: also under concurrent writers, across a switch, an overflow, unmapping and mapping
 *       anew, and when a technique dies.
 *   <li><b>Over-reporting</b> is allowed and metered; under-reporting is a bug.
 *   <li><b>Transactional, per consumer.</b> A fetched interval is owed until committed; closing it
 *       without a commit puts its pages back. Several consumers share one technique, and commit or
 *       abort alone.
 *   <li><b>Re-arm before copy.</b> A write after the fetch is seen by the next one.
 *   <li><b>Fresh mappings are born dirty.</b> The first interval of a region is all of it.
 *   <li><b>Doubt is loud.</b> When anything was lost, the interval says "all" and why; what can't
 *       be watched is reported with its reason. Of several reasons each has its line, up to 16.
 *   <li><b>A switch arms the new technique before the last fetch of the old one</b>; the next
 *       interval is the union. Its work is bounded whatever is written meanwhile: one trial, one
 *       fetch of each of the two, a few looks at each watched page, no retry.
 *   <li><b>Probe by doing</b>, report the reason, fall back only when asked.
 * </ol>
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.tracking;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
