package dev.ooh.machine.substrate;

import dev.ooh.machine.hypervisor.Hypervisor;
import java.util.Arrays;

/**
 * A host of machines, with a clock for each physical CPU: what the machines that ran on it have
 * cost, in simulated milliseconds. Clocks are for observers; who runs when doesn't depend on them.
 */
final class Host {
  private final Hypervisor hypervisor;

  /** By physical CPU. Guarded by the hypervisor's lock, under which observers are called. */
  private final CpuClock[] clocks;

  Host(long memoryBytes, int physicalCpus, int quantum) {
    this.hypervisor = new Hypervisor(memoryBytes, physicalCpus, quantum);
    this.clocks = new CpuClock[physicalCpus];
    Arrays.setAll(clocks, cpu -> new CpuClock());
  }

  Hypervisor hypervisor() {
    return hypervisor;
  }

  CpuClock clock(int cpu) {
    return clocks[cpu];
  }
}
