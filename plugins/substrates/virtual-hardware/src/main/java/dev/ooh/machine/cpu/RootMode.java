package dev.ooh.machine.cpu;

/** The VMM, as the processor knows it. */
public interface RootMode {
  /**
   * Handles a VM exit, on the thread that executes the guest. Returning is VMRESUME: for faults the
   * guest's instruction runs again, for VMCALL, VMREAD and VMWRITE it has been emulated by means of
   * {@link Vcpu#registers()}. The guest must not be made to execute anything meanwhile.
   */
  void exit(Vcpu vcpu, VmExit exit);
}
