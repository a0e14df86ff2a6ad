/**
 * The monitor: a second, small process that resolves userfaultfd faults. A thread of the tracked
 * JVM could not: a thread that is blocked in a fault reaches no safepoint, so a handler that meets
 * a safepoint in the same JVM would wait for it forever.
 *
 * <p>What runs in the monitor uses nothing but this package, {@code call} and {@code layout}.
 */
@NullMarked
package dev.ooh.linux.monitor;

import org.jspecify.annotations.NullMarked;
