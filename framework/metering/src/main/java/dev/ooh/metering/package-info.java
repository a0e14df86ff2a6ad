/**
 * Meters over what the core, the techniques and the simulated machine count. {@link
 * dev.ooh.metering.Meters} names them all; docs/metrics.md describes them.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.metering;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
