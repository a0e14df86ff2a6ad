package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.InterruptionInformation;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;

/** VM exits and the VM entries that follow them (Intel SDM volume 3C, 27 and 28). */
final class Transitions {
  private final Vcpu vcpu;
  private final Vmcs vmcs;
  private final EventCounters counters;
  private final Interrupts interrupts;
  private RootMode handler =
      (cpu, exit) -> {
        throw new IllegalStateException("VM exit without a VMM: " + exit);
      };
  private boolean inRootMode;

  Transitions(Vcpu vcpu, Interrupts interrupts) {
    this.vcpu = vcpu;
    this.vmcs = vcpu.vmcs();
    this.counters = vcpu.counters();
    this.interrupts = interrupts;
  }

  void setHandler(RootMode rootMode) {
    handler = rootMode;
  }

  boolean inRootMode() {
    return inRootMode;
  }

  /** Exits, lets root mode handle it, and enters again. */
  void exit(VmExit exit) {
    counters.count(Event.VM_EXIT);
    counters.count(eventOf(exit.reason()));
    vmcs.write(VmcsField.EXIT_REASON, exit.reason().number());
    vmcs.write(VmcsField.EXIT_QUALIFICATION, exit.qualification());
    vmcs.write(VmcsField.GUEST_PHYSICAL_ADDRESS, exit.guestPhysicalAddress());
    vmcs.write(VmcsField.GUEST_LINEAR_ADDRESS, exit.guestLinearAddress());
    vcpu.invalidated();
    inRootMode = true;
    try {
      handler.exit(vcpu, exit);
    } finally {
      inRootMode = false;
    }
    vcpu.refreshControls();
    inject();
  }

  private void inject() {
    long information = vmcs.read(VmcsField.ENTRY_INTERRUPTION_INFORMATION);
    if (!InterruptionInformation.isValid(information)) {
      return;
    }
    vmcs.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0);
    int vector = InterruptionInformation.vector(information);
    if (InterruptionInformation.isException(information)) {
      throw new GuestException(vector, "injected by the VMM");
    }
    interrupts.inject(vector);
  }

  private static Event eventOf(ExitReason reason) {
    return switch (reason) {
      case VMCALL -> Event.VMCALL_EXIT;
      case VMREAD -> Event.VMREAD_EXIT;
      case VMWRITE -> Event.VMWRITE_EXIT;
      case EPT_VIOLATION -> Event.EPT_VIOLATION_EXIT;
      case EPT_MISCONFIGURATION -> Event.EPT_MISCONFIGURATION_EXIT;
      case APIC_WRITE -> Event.APIC_WRITE_EXIT;
      case PML_FULL -> Event.PML_FULL_EXIT;
    };
  }
}
