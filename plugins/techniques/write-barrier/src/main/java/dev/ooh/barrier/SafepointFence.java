package dev.ooh.barrier;

import dev.ooh.tracking.facility.ProcessFence;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * A process-wide fence without the kernel's help: a safepoint. HotSpot looks for deadlocks in a VM
 * operation, which stops every thread that runs Java code and takes no more than a look at each. A
 * thread that stops, or is found outside of Java code, has its stores visible by then, and loads
 * afresh when it goes on.
 */
final class SafepointFence implements ProcessFence {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @Override
  public void fence() {
    THREADS.findMonitorDeadlockedThreads();
  }
}
