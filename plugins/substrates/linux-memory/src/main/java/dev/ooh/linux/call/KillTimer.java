package dev.ooh.linux.call;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ooh.linux.layout.ItimerSpec;
import dev.ooh.linux.layout.SigEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * Kills this process unless it is put off in time. The kernel does it (timer_create(2) with
 * SIGKILL), so it works on a process that was stopped or hangs. For one thread at a time.
 */
public final class KillTimer {
  private static final long CLOCK_MONOTONIC = 1;
  private static final int SIGKILL = 9;

  private final CallState errors = new CallState();
  private final MemorySegment limit = Arena.ofAuto().allocate(ItimerSpec.BYTES, Long.BYTES);
  private final Architecture architecture;
  private final long timer;

  /** Not running before the first {@link #putOff}. */
  public KillTimer(Architecture architecture, Duration limit) throws CallException {
    this.architecture = architecture;
    ItimerSpec.setOnce(this.limit, limit);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(SigEvent.BYTES, Long.BYTES);
      SigEvent.setSignal(event, SIGKILL);
      MemorySegment id = arena.allocate(JAVA_INT);
      check(
          SystemCall.call(
              errors,
              architecture.timerCreate(),
              CLOCK_MONOTONIC,
              event.address(),
              id.address(),
              0),
          "timer_create(CLOCK_MONOTONIC, SIGKILL)");
      timer = id.get(JAVA_INT, 0);
    }
  }

  /** From now on, the whole limit is left again. */
  public void putOff() throws CallException {
    check(
        SystemCall.call(errors, architecture.timerSettime(), timer, 0, limit.address(), 0),
        "timer_settime");
    Reference.reachabilityFence(limit);
  }

  private void check(long result, String call) throws CallException {
    if (result != 0) {
      throw errors.failure(call);
    }
  }
}
