package dev.ooh.machine.substrate;

import dev.ooh.machine.hypervisor.Hypervisor;

/**
 * A host of machines, with a clock for each physical CPU: what the machines that ran on it have
 * cost, in simulated milliseconds. Clocks are for observers; who runs when doesn't depend on them.
 */
final class Host {
  private final Hypervisor hypervisor;

  /** By physical CPU. Guarded by the hypervisor's lock, under which observers are called. */
  private final double[] ranMillis;

  Host(long memoryBytes, int physicalCpus, int quantum) {
    this.hypervisor = new Hypervisor(memoryBytes, physicalCpus, quantum);
    this.ranMillis = new double[physicalCpus];
  }

  Hypervisor hypervisor() {
    return hypervisor;
  }

  double[] ranMillis() {
    return ranMillis;
  }
}
