package dev.ooh.machine.substrate;

import dev.ooh.machine.hypervisor.PhysicalCpu;
import dev.ooh.machine.hypervisor.RunObserver;
import java.util.function.DoubleSupplier;

/**
 * How long a machine waited for a physical CPU: what others cost meanwhile on the one that it got
 * in the end. A guest's clock goes on all the same, as time stolen from it does on a real machine.
 */
final class WaitingTime implements RunObserver {
  private final Host host;
  private final DoubleSupplier cost;
  private final double[] before;

  /** What the machine had cost when its turn began; NaN while it has the host to itself. */
  private double atBegin = Double.NaN;

  private volatile double millis;

  /**
   * @param cost of all that the machine did, in simulated milliseconds; asked at an instruction
   *     boundary
   */
  WaitingTime(Host host, DoubleSupplier cost) {
    this.host = host;
    this.cost = cost;
    this.before = new double[host.ranMillis().length];
  }

  /** So far, in simulated milliseconds. Any thread. */
  double millis() {
    return millis;
  }

  @Override
  public void woke() {
    waits();
  }

  @Override
  public void began(PhysicalCpu cpu) {
    millis += host.ranMillis()[cpu.number()] - before[cpu.number()];
    atBegin = host.hypervisor().machines() > 1 ? cost.getAsDouble() : Double.NaN;
  }

  @Override
  public void ended(PhysicalCpu cpu) {
    if (!Double.isNaN(atBegin)) {
      // A profile's prices depend on the tracked size, which may have become smaller.
      host.ranMillis()[cpu.number()] += Math.max(0, cost.getAsDouble() - atBegin);
    }
    waits();
  }

  private void waits() {
    System.arraycopy(host.ranMillis(), 0, before, 0, before.length);
  }
}
