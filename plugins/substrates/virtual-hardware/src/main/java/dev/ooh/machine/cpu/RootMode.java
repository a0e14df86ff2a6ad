package dev.ooh.machine.cpu;

/** The VMM, as the processor knows it. */
@FunctionalInterface
public interface RootMode {
  /**
   * Handles a VM exit, on the thread that executes the guest. Returning is VMRESUME: after a fault
   * the guest's instruction runs again; VMCALL, VMREAD and VMWRITE have been emulated by means of
   * {@link Vcpu#registers()}. The guest must not be made to execute anything meanwhile.
   */
  void exit(VmExit exit);
}
