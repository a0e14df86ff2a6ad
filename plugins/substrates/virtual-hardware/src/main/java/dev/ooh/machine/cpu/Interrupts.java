package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.PostedInterruptDescriptor;
import dev.ooh.machine.vmx.VirtualApicPage;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Requests and delivers the guest's interrupts: virtual-interrupt delivery, self-IPI
 * virtualization, posted interrupts (Intel SDM volume 3C, 30.1 to 30.6), and injection by the VMM
 * where those are off. A handler runs with interrupts disabled, as through an interrupt gate.
 */
final class Interrupts {
  private static final int SELF_IPI_REGISTER = 0x3F0;

  private final Vcpu vcpu;
  private final HostMemory memory;
  private final Vmcs vmcs;
  private final ExecutionControls controls;
  private final EventCounters counters;
  private final @Nullable Runnable[] handlers = new Runnable[256];
  private final BitSet injected = new BitSet();
  private boolean attention;
  private int disabled;

  Interrupts(Vcpu vcpu, ExecutionControls controls) {
    this.vcpu = vcpu;
    this.memory = vcpu.memory();
    this.vmcs = vcpu.vmcs();
    this.controls = controls;
    this.counters = vcpu.counters();
  }

  void setHandler(int vector, @Nullable Runnable handler) {
    handlers[checked(vector)] = handler;
  }

  int disabled() {
    return disabled;
  }

  void setDisabled(int depth) {
    disabled = depth;
  }

  void disable() {
    disabled++;
  }

  void enable() {
    if (disabled == 0) {
      throw new IllegalStateException("interrupts: are enabled already");
    }
    disabled--;
    deliverPending();
  }

  /** From the VMM or a device: posted where that is on, else injected at a VM entry. */
  void request(int vector) {
    checked(vector);
    vcpu.refreshControls();
    if (controls.postedInterrupts) {
      new PostedInterruptDescriptor(memory, controls.postedInterruptDescriptor).post(vector);
    } else {
      injected.set(vector);
    }
    attention = true;
  }

  /** Injected by the VMM with VM entry. */
  void inject(int vector) {
    injected.set(checked(vector));
    attention = true;
  }

  /** The guest's write to its self-IPI register (30.1.5). */
  void selfIpi(int vector) {
    if (vector < 0 || vector > 255) {
      throw new IllegalArgumentException("self-IPI %d: must be 0 to 255".formatted(vector));
    }
    vcpu.refreshControls();
    counters.count(Event.SELF_IPI);
    if (controls.interruptDelivery && vector >= 16) {
      apic().request(vector);
      raiseRequested(vector);
      attention = true;
    } else {
      vcpu.registers().rax = vector;
      vcpu.exit(new VmExit(ExitReason.APIC_WRITE, SELF_IPI_REGISTER, 0, 0));
    }
  }

  /** Delivers what is deliverable, in the order of priority. */
  void deliverPending() {
    while (attention && disabled == 0) {
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
        vcpu.runInKernel(handler);
      } finally {
        if (controls.interruptDelivery) {
          endOfInterrupt();
        }
      }
    }
  }

  /** Takes the next vector into service; 0 when there is none. */
  private int next() {
    vcpu.refreshControls();
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
    int vector = Math.max(0, injected.length() - 1);
    injected.clear(vector);
    return vector;
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

  private static int checked(int vector) {
    if (vector < 16 || vector > 255) {
      throw new IllegalArgumentException(
          "interrupt vector %d: must be 16 to 255".formatted(vector));
    }
    return vector;
  }
}
