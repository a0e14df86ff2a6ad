package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.PostedInterruptDescriptor;
import dev.ooh.machine.vmx.VirtualApicPage;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import org.jspecify.annotations.Nullable;

/**
 * Requests and delivers the guest's interrupts: virtual-interrupt delivery, self-IPI
 * virtualization, posted interrupts (Intel SDM volume 3C, 30.1 to 30.6), and injection by the VMM
 * where those are off. A handler runs with interrupts disabled, as through an interrupt gate.
 */
final class Interrupts {
  private static final int SELF_IPI_REGISTER = 0x3F0;

  private final HostMemory memory;
  private final Vmcs vmcs;
  private final ExecutionControls controls;
  private final EventCounters counters;
  private final @Nullable Runnable[] handlers = new Runnable[256];
  private final Transitions transitions;
  private final GuestState state;
  private final CachedMappings mappings;
  private final InjectedInterrupts injected;

  /** Something was posted or requested since the last delivery. */
  private boolean attention;

  Interrupts(
      HostMemory memory,
      Vmcs vmcs,
      ExecutionControls controls,
      EventCounters counters,
      Transitions transitions,
      GuestState state,
      CachedMappings mappings,
      InjectedInterrupts injected) {
    this.memory = memory;
    this.vmcs = vmcs;
    this.controls = controls;
    this.counters = counters;
    this.transitions = transitions;
    this.state = state;
    this.mappings = mappings;
    this.injected = injected;
  }

  void setHandler(int vector, @Nullable Runnable handler) {
    handlers[checked(vector)] = handler;
  }

  /** From the VMM or a device: posted where that is on, else injected at a VM entry. */
  void request(int vector) {
    checked(vector);
    controls.refresh();
    if (controls.postedInterrupts) {
      new PostedInterruptDescriptor(memory, controls.postedInterruptDescriptor).post(vector);
    } else {
      injected.add(vector);
    }
    attention = true;
  }

  /** The guest's write to its self-IPI register (30.1.5). */
  void selfIpi(int vector) {
    if (vector < 0 || vector > 255) {
      throw new IllegalArgumentException("self-IPI %d: must be 0 to 255".formatted(vector));
    }
    transitions.beginInstruction();
    counters.count(Event.SELF_IPI);
    if (controls.interruptDelivery && vector >= 16) {
      apic().request(vector);
      raiseRequested(vector);
      attention = true;
    } else {
      state.registers().rax = vector;
      transitions.exit(new VmExit(ExitReason.APIC_WRITE, SELF_IPI_REGISTER, 0, 0));
    }
  }

  /** Delivers what is deliverable, in the order of priority. */
  void deliverPending() {
    while ((attention || !injected.isEmpty()) && state.takesInterrupts()) {
      int vector = next();
      if (vector == 0) {
        // A request of too low a priority waits for the end of the handler in service.
        attention = controls.interruptDelivery && requested() != 0;
        return;
      }
      Runnable handler = handlers[vector];
      if (handler == null) {
        throw new IllegalStateException(
            "interrupt vector %d: the guest has no handler for it".formatted(vector));
      }
      counters.count(Event.INTERRUPT);
      try {
        mappings.mayBeStale();
        state.runAsInterrupt(handler);
      } finally {
        if (controls.interruptDelivery) {
          endOfInterrupt();
        }
      }
    }
  }

  /** Takes the next vector into service; 0 when there is none. */
  private int next() {
    controls.refresh();
    if (controls.postedInterrupts) {
      takePosted();
    }
    if (controls.interruptDelivery) {
      VirtualApicPage apic = apic();
      int vector = requested();
      if (vector >>> 4 > apic.processorPriority() >>> 4) {
        apic.beginService(vector);
        apic.setProcessorPriority(vector & 0xF0);
        setStatus(apic.highestRequested(), vector);
        return vector;
      }
    }
    return injected.take();
  }

  private void takePosted() {
    PostedInterruptDescriptor descriptor =
        new PostedInterruptDescriptor(memory, controls.postedInterruptDescriptor);
    if (descriptor.isOutstanding()) {
      counters.count(Event.POSTED_INTERRUPT);
      raiseRequested(descriptor.moveTo(apic()));
    }
  }

  private void endOfInterrupt() {
    VirtualApicPage apic = apic();
    apic.endService(apic.highestInService());
    int inService = apic.highestInService();
    apic.setProcessorPriority(inService & 0xF0);
    setStatus(requested(), inService);
  }

  /** RVI: the highest requested vector, or 0. */
  private int requested() {
    return (int) vmcs.read(VmcsField.GUEST_INTERRUPT_STATUS) & 0xFF;
  }

  private void raiseRequested(int vector) {
    int status = (int) vmcs.read(VmcsField.GUEST_INTERRUPT_STATUS);
    setStatus(Math.max(status & 0xFF, vector), status >>> 8);
  }

  private void setStatus(int requested, int inService) {
    vmcs.write(VmcsField.GUEST_INTERRUPT_STATUS, inService << 8 | requested);
  }

  private VirtualApicPage apic() {
    return new VirtualApicPage(memory, controls.virtualApicAddress);
  }

  static int checked(int vector) {
    if (vector < 16 || vector > 255) {
      throw new IllegalArgumentException(
          "interrupt vector %d: must be 16 to 255".formatted(vector));
    }
    return vector;
  }
}
