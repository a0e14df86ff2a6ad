package dev.ooh.machine.extension;

/** Something loaded into the hypervisor of one machine. */
public interface HypervisorModule {
  /** Registers hypercalls and what else it needs; an exception refuses the load. */
  void load(HypervisorContext hypervisor);

  /** As {@link KernelModule#unload}. */
  void unload();
}
