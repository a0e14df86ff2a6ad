/**
 * The core as a library: {@link dev.ooh.tracking.core.TrackingCore} is both the OSGi service {@link
 * dev.ooh.tracking.TrackingControl} and, on a plain class path, what {@code TrackingCore.load()}
 * returns.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.tracking.core;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
