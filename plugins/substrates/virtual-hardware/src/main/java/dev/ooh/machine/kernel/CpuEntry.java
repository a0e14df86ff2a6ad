package dev.ooh.machine.kernel;

import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * How a call gets onto the machine's CPU. Any thread may call; it waits for an instruction boundary
 * unless it has the CPU already. What the body throws reaches the caller.
 */
public final class CpuEntry {
  private final Scheduler scheduler;

  CpuEntry(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Runs {@code body} in {@code process} as one step: no guest thread runs between its beginning
   * and its end. Waits while writers are stopped, as it may write to memory.
   *
   * @throws IllegalStateException if the process or the machine has ended
   */
  public <T> T step(UserProcess process, Supplier<T> body) {
    return unchecked(() -> scheduler.runAtomically(process, body::get));
  }

  /** {@link #step(UserProcess, Supplier)} without a result. */
  public void step(UserProcess process, Runnable body) {
    step(process, withoutResult(body));
  }

  /**
   * A step that writes to no process's memory, such as a tracker's call. It is let through even
   * while writers are stopped.
   *
   * @throws IllegalStateException if the process or the machine has ended
   */
  public <T> T service(UserProcess process, Supplier<T> body) {
    return unchecked(() -> scheduler.serve(process, body::get));
  }

  /** {@link #service(UserProcess, Supplier)} without a result. */
  public void service(UserProcess process, Runnable body) {
    service(process, withoutResult(body));
  }

  /**
   * A service by a thread of another process than the caller's: the CPU changes hands twice, and
   * nobody else gets it meanwhile.
   *
   * @throws IllegalStateException if the process or the machine has ended
   */
  public <T> T handOver(UserProcess process, Supplier<T> body) {
    return unchecked(() -> scheduler.handOver(process, body::get));
  }

  /**
   * Reads what the machine holds, such as its counters, at an instruction boundary. This is no step
   * of the guest: nothing is scheduled or counted for it.
   */
  public <T> T look(Supplier<T> body) {
    return unchecked(() -> scheduler.observe(body::get));
  }

  /** {@link #look(Supplier)} without a result. */
  public void look(Runnable body) {
    look(withoutResult(body));
  }

  private static Supplier<Boolean> withoutResult(Runnable body) {
    return () -> {
      body.run();
      return true;
    };
  }

  private static <T> T unchecked(Callable<T> step) {
    try {
      return step.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e); // A Supplier throws nothing checked.
    }
  }
}
