package dev.ooh.machine.hypervisor;

import org.jspecify.annotations.Nullable;

/**
 * A processor of the host. What it keeps is guarded by its hypervisor's lock.
 *
 * <p>One that has loaded a virtual CPU's VMCS (VMPTRLD) keeps it until another's takes its place,
 * or until it is cleared (VMCLEAR) because that virtual CPU goes on elsewhere: a VMCS is active on
 * one processor at a time (Intel SDM volume 3C, 25.1).
 */
public final class PhysicalCpu {
  private final int number;

  /** Steps that it ran, or could have run while it was idle. */
  long clock;

  /** Whose VMCS is current. */
  @Nullable ScheduledVcpu current;

  PhysicalCpu(int number) {
    this.number = number;
  }

  /** 0 or more; less than the number of the host's processors. */
  public int number() {
    return number;
  }

  @Override
  public String toString() {
    return "physical CPU " + number;
  }
}
