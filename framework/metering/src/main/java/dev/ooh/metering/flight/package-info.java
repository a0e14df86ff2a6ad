/** Tracking in a flight recording. */
@Version("1.0.0")
@NullMarked
package dev.ooh.metering.flight;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
