/**
 * Programs whose memory is tracked. They keep every bit of their state in a {@link
 * dev.ooh.workloads.Heap}, so that a collector can trace it and a checkpointer can restore it.
 */
@Version("1.1.0")
@NullMarked
package dev.ooh.workloads;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
