/** GCBench, the trees that try a collector. */
@Version("1.0.0")
@NullMarked
package dev.ooh.workloads.gcbench;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
