/** An ordered key-value engine over a {@link dev.ooh.workloads.Heap}. */
@Version("1.0.0")
@NullMarked
package dev.ooh.workloads.baby;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
