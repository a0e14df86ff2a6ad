package dev.ooh.gc.statistics;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Counts the processor time of the calling thread, where there is a processor and a count. */
final class CpuClock {
  private static final CpuClock NONE = new CpuClock(false);

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final boolean counts;

  private CpuClock(boolean counts) {
    this.counts = counts && threads.isCurrentThreadCpuTimeSupported();
  }

  /**
   * @param simulated whether the threads run on a simulated processor, which counts nothing
   */
  static CpuClock of(boolean simulated) {
    return simulated ? NONE : new CpuClock(true);
  }

  /** Whether the calling thread's time is counted; nobody counts a virtual one's. */
  boolean counts() {
    return counts && !Thread.currentThread().isVirtual();
  }

  /** Nanoseconds from the calling thread's start; 0 where nobody counts. */
  long nanos() {
    return counts() ? Math.max(0, threads.getCurrentThreadCpuTime()) : 0;
  }
}
