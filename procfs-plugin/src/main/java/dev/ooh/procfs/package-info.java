/**
 * The technique {@code procfs}: reads {@code /proc/PID/pagemap}, and re-arms by {@code clear_refs}
 * or by the atomic write-protect scan where the kernel has it.
 */
@NullMarked
package dev.ooh.procfs;

import org.jspecify.annotations.NullMarked;
