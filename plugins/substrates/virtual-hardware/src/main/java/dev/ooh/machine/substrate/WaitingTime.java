package dev.ooh.machine.substrate;

import dev.ooh.machine.hypervisor.RunObserver;
import java.util.function.DoubleSupplier;

/**
 * How long a machine waited for a physical CPU: what others cost meanwhile on the one that it got
 * in the end. A guest's clock goes on all the same, as time stolen from it does on a real machine.
 */
final class WaitingTime implements RunObserver {
  private final Host host;
  private final DoubleSupplier cost;
  private long begin;

  /** What the machine had cost when its turn began; NaN while it has the host to itself. */
  private double costAtBegin = Double.NaN;

  private volatile double millis;

  /**
   * @param cost of all that the machine did, in simulated milliseconds; asked at an instruction
   *     boundary
   */
  WaitingTime(Host host, DoubleSupplier cost) {
    this.host = host;
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
    costAtBegin = host.hypervisor().machines() > 1 ? cost.getAsDouble() : Double.NaN;
  }

  @Override
  public void ended(int cpu, long now) {
    if (now > begin && !Double.isNaN(costAtBegin)) {
      // A profile's prices depend on the tracked size, which may have become smaller.
      host.clock(cpu).ran(begin, now, Math.max(0, cost.getAsDouble() - costAtBegin));
    }
  }
}
