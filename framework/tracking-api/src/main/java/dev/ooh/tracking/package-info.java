/**
 * The SPI of a technique, and the operator's surface of the core.
 *
 * <p>A {@linkplain dev.ooh.tracking.TrackingTechnique technique} is a stateless factory; what it
 * needs it asks of the address space. A {@linkplain dev.ooh.tracking.TrackingSession session} of it
 * gathers for one address space. Everything about consumers, debts and switches is the core's.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.tracking;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
