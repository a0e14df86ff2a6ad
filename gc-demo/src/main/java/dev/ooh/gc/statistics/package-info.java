/**
 * What the collector did and what it cost: cycles, their phases, pauses and what the mutators had
 * left. Times are of the space's clock: simulated on {@code virtual}.
 */
@Version("1.1.0")
@NullMarked
package dev.ooh.gc.statistics;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
