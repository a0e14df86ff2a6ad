package dev.ooh.machine.kernel;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import java.util.function.Supplier;

/** System calls of a process: each is counted once (M1) and runs in supervisor mode. */
final class SystemCalls {
  private final CpuEntry entry;
  private final KernelMode mode;
  private final EventCounters counters;

  SystemCalls(CpuEntry entry, KernelMode mode, EventCounters counters) {
    this.entry = entry;
    this.mode = mode;
    this.counters = counters;
  }

  /** A call that may write to a process's memory, as {@link CpuEntry#step}. Any thread. */
  <T> T step(UserProcess process, Supplier<T> call) {
    return entry.step(process, () -> now(call));
  }

  void step(UserProcess process, Runnable call) {
    entry.step(process, () -> now(call));
  }

  /** A call that writes to no process's memory, as {@link CpuEntry#service}. Any thread. */
  <T> T service(UserProcess process, Supplier<T> call) {
    return entry.service(process, () -> now(call));
  }

  void service(UserProcess process, Runnable call) {
    entry.service(process, () -> now(call));
  }

  /** A call of the process that has the CPU. Only for who runs there. */
  <T> T now(Supplier<T> call) {
    counters.count(Event.USER_TO_KERNEL_SWITCH);
    return mode.get(call);
  }

  void now(Runnable call) {
    counters.count(Event.USER_TO_KERNEL_SWITCH);
    mode.run(call);
  }
}
