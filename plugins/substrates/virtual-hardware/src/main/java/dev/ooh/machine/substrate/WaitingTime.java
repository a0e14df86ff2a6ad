package dev.ooh.machine.substrate;

import dev.ooh.machine.event.EventCounts;
import dev.ooh.machine.hypervisor.RunObserver;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How long a machine waited for a physical CPU: what others cost meanwhile on the one that it got
 * in the end. A guest's clock goes on all the same, as time stolen from it does on a real machine.
 */
final class WaitingTime implements RunObserver {
  private final Host host;
  private final Supplier<EventCounts> counts;
  private final ToDoubleFunction<EventCounts> cost;
  private long begin;

  /** What the machine had done when its turn began; null while it has the host to itself. */
  private @Nullable EventCounts countsAtBegin;

  private volatile double millis;

  /**
   * @param counts of all that the machine did; asked at an instruction boundary
   * @param cost of what it did in a turn, in simulated milliseconds: the tracked size, on which
   *     prices depend, may have changed since earlier turns
   */
  WaitingTime(Host host, Supplier<EventCounts> counts, ToDoubleFunction<EventCounts> cost) {
    this.host = host;
    this.counts = counts;
    this.cost = cost;
  }

  /** So far, in simulated milliseconds. Any thread. */
  double millis() {
    return millis;
  }

  @Override
  public void began(int cpu, long ready, long now) {
    CpuClock clock = host.clock(cpu);
    millis += clock.at(now) - clock.at(ready);
    begin = now;
    countsAtBegin = host.hypervisor().machines() > 1 ? counts.get() : null;
  }

  @Override
  public void ended(int cpu, long now) {
    EventCounts before = countsAtBegin;
    if (now > begin && before != null) {
      host.clock(cpu).ran(begin, now, cost.applyAsDouble(counts.get().minus(before)));
    }
  }
}
