/** An ordered key-value engine over a {@link dev.ooh.workloads.Heap}: a balanced binary tree. */
@Version("1.0.0")
@NullMarked
package dev.ooh.workloads.stdtree;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
