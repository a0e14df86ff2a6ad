/** A key-value cache over a {@link dev.ooh.workloads.Heap} that evicts what was set longest ago. */
@Version("1.0.0")
@NullMarked
package dev.ooh.workloads.cache;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
