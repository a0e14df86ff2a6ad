/** GCBench, the trees that try a collector. */
@NullMarked
package dev.ooh.workloads.gcbench;

import org.jspecify.annotations.NullMarked;
