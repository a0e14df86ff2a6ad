/** An unordered key-value engine over a {@link dev.ooh.workloads.Heap}, its values compressed. */
@Version("1.0.0")
@NullMarked
package dev.ooh.workloads.stdhash;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
