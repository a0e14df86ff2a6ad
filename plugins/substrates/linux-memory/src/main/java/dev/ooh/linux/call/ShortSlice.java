package dev.ooh.linux.call;

import dev.ooh.linux.layout.SchedAttr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Short slices, for a thread that others wait for: it gets no more of a processor, but in smaller
 * pieces, and sooner when it wakes up beside threads that have been given long ones. That is what
 * the scheduler makes of sched_runtime from Linux 6.12 on (kernel/sched/fair.c, PREEMPT_SHORT); it
 * takes no privilege, and earlier kernels do nothing.
 */
public final class ShortSlice {
  /** The shortest that the kernel knows. */
  public static final long NANOS = 100_000;

  private static final int SCHED_OTHER = 0;
  private static final long THIS_THREAD = 0;

  private ShortSlice() {}

  /**
   * Asks for them, for the calling thread. Where the kernel refuses, as a container's filter may,
   * and where somebody gave the thread another scheduling policy, it stays as it is.
   */
  public static void ask(Architecture architecture) {
    try (CallState errors = new CallState();
        Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(SchedAttr.BYTES, Long.BYTES);
      long got = call(errors, architecture.schedGetattr(), attr, SchedAttr.BYTES);
      if (got == 0 && SchedAttr.policy(attr) == SCHED_OTHER) {
        SchedAttr.setSize(attr);
        SchedAttr.setRuntime(attr, NANOS);
        long _ = call(errors, architecture.schedSetattr(), attr, 0);
      }
    }
  }

  /**
   * @param sizeOrFlags the size of {@code attr} for sched_getattr, flags for sched_setattr
   */
  private static long call(CallState errors, int number, MemorySegment attr, long sizeOrFlags) {
    return SystemCall.call(errors, number, THIS_THREAD, attr.address(), sizeOrFlags, 0);
  }
}
