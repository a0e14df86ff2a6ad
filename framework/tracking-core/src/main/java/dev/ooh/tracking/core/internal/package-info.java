/**
 * How the core keeps its promises. {@link dev.ooh.tracking.core.internal.Ledger} is the bookkeeping
 * of who is owed what, {@link dev.ooh.tracking.core.internal.SpaceTracking} the life of the
 * sessions that feed it.
 */
@NullMarked
package dev.ooh.tracking.core.internal;

import org.jspecify.annotations.NullMarked;
