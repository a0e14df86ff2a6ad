package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.InterruptionInformation;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import org.jspecify.annotations.Nullable;

/**
 * VM exits and the VM entries that follow them (Intel SDM volume 3C, 27 and 28), and whether the
 * guest may execute at all.
 */
final class Transitions {
  /**
   * How often one access is tried. Far above the number of exits and faults that it needs (four
   * levels, each with a violation at four levels below, and log-full exits), and low enough to stop
   * a handler that never helps.
   */
  static final int MAX_ATTEMPTS = 10_000;

  private final Vmcs vmcs;
  private final ExecutionControls controls;
  private final EventCounters counters;
  private final CachedMappings mappings;
  private final InjectedInterrupts injected;
  private RootMode handler =
      exit -> {
        throw new IllegalStateException("VM exit without a VMM: " + exit);
      };
  private boolean inRootMode;
  private boolean closed;

  Transitions(
      Vmcs vmcs,
      ExecutionControls controls,
      EventCounters counters,
      CachedMappings mappings,
      InjectedInterrupts injected) {
    this.vmcs = vmcs;
    this.controls = controls;
    this.counters = counters;
    this.mappings = mappings;
    this.injected = injected;
  }

  void setHandler(RootMode rootMode) {
    handler = rootMode;
  }

  boolean inRootMode() {
    return inRootMode;
  }

  /** The guest can't execute from here on. */
  void close() {
    closed = true;
  }

  /** The guest is about to execute: checks that it may, and takes over what root mode wrote. */
  void beginInstruction() {
    if (inRootMode) {
      throw new IllegalStateException("the guest can't execute: root mode handles an exit");
    }
    if (closed) {
      throw new IllegalStateException("the guest can't execute: its memory is closed");
    }
    controls.refresh();
  }

  /** Exits, lets root mode handle it, and enters again. */
  void exit(VmExit exit) {
    record(exit);
    inRootMode = true;
    try {
      handler.exit(exit);
    } finally {
      inRootMode = false;
    }
    controls.refresh();
    inject();
  }

  /** Root mode keeps the processor until {@link #resume}, at an instruction boundary. */
  void suspend() {
    inRootMode = true;
  }

  /** Undoes {@link #suspend}. */
  void resume() {
    inRootMode = false;
  }

  /** Counts an exit that root mode has handled, and leaves its traces. */
  void record(VmExit exit) {
    counters.count(Event.VM_EXIT);
    Event event = eventOf(exit.reason());
    if (event != null) {
      counters.count(event);
    }
    vmcs.write(VmcsField.EXIT_REASON, exit.number());
    vmcs.write(VmcsField.EXIT_QUALIFICATION, exit.qualification());
    vmcs.write(VmcsField.GUEST_PHYSICAL_ADDRESS, exit.guestPhysicalAddress());
    vmcs.write(VmcsField.GUEST_LINEAR_ADDRESS, exit.guestLinearAddress());
    mappings.mayBeStale();
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
    injected.add(Interrupts.checked(vector));
  }

  static IllegalStateException noProgress(String space, long address) {
    return new IllegalStateException(
        "%s 0x%x: %d exits and faults, and still no access"
            .formatted(space, address, MAX_ATTEMPTS));
  }

  private static @Nullable Event eventOf(ExitReason reason) {
    return switch (reason) {
      case EXTERNAL_INTERRUPT -> Event.EXTERNAL_INTERRUPT_EXIT;
      case VMCALL -> Event.VMCALL_EXIT;
      case VMREAD -> Event.VMREAD_EXIT;
      case VMWRITE -> Event.VMWRITE_EXIT;
      case EPT_VIOLATION -> Event.EPT_VIOLATION_EXIT;
      case EPT_MISCONFIGURATION -> Event.EPT_MISCONFIGURATION_EXIT;
      case APIC_WRITE -> Event.APIC_WRITE_EXIT;
      case PML_FULL -> Event.PML_FULL_EXIT;
      case EXTENSION -> null;
    };
  }
}
