package dev.ooh.machine.hypervisor;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.cpu.RootMode;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.cpu.VmExit;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.InterruptionInformation;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import java.util.HashMap;
import java.util.Map;

/**
 * One virtual machine: its memory, its processors, and the monitor that serves their exits. Memory
 * is backed when it is first used. Machines of one {@link Hypervisor} share its memory and its
 * physical CPUs, but no frame and no moment of a CPU; machines of different ones share nothing.
 */
public final class VirtualMachine implements RootMode, AutoCloseable {
  private static final int MOST_WEIGHT = 65_535;

  private final Hypervisor host;
  private final HostMemory memory;
  private final EventCounters counters = new EventCounters();
  private final Processors processors;
  private final ExtendedPageTables ept;
  private final HypercallTable hypercalls = new HypercallTable();
  private final ExitHandlers exitHandlers = new ExitHandlers();
  private final PageModificationLogging pageModificationLogging;
  private final VmcsShadowing shadowing;
  private final Map<Long, Integer> pins = new HashMap<>();
  private final ScheduledVcpu scheduled;
  private boolean closed;

  /**
   * A machine on a host of its own.
   *
   * @param guestBytes guest-physical memory; a positive multiple of 2 MiB
   */
  public VirtualMachine(long guestBytes) {
    this(Hypervisor.ofOne(guestBytes), guestBytes, ScheduledVcpu.USUAL_WEIGHT, 1);
  }

  /**
   * A machine on a host, beside others.
   *
   * @param guestBytes guest-physical memory; a positive multiple of 2 MiB
   * @param weight of its share of physical CPUs, 1 to 65535
   * @param vcpus how many processors it has, 1 or more; more than one where it has the host to
   *     itself
   * @throws IllegalStateException if the host's last machine was closed, or its memory is used up
   */
  public VirtualMachine(Hypervisor host, long guestBytes, int weight, int vcpus) {
    if (weight < 1 || weight > MOST_WEIGHT) {
      throw new IllegalArgumentException(
          "weight is %d, wanted 1 to %d".formatted(weight, MOST_WEIGHT));
    }
    int vpid = host.nextVpids(vcpus);
    this.host = host;
    this.memory = new HostMemory(host.memory(), Hypervisor.memoryFor(guestBytes));
    try {
      this.processors = new Processors(vcpus, memory, counters);
      this.scheduled = new ScheduledVcpu(host, processors, "machine " + vpid, weight);
      this.ept = new ExtendedPageTables(memory, guestBytes);
      this.pageModificationLogging = new PageModificationLogging(memory, processors, ept);
      this.shadowing = new VmcsShadowing(memory, processors);
      for (Vcpu vcpu : processors.all()) {
        vcpu.setRootMode(this);
        prepare(vcpu.vmcs(), vpid + vcpu.number());
      }
    } catch (RuntimeException e) {
      memory.close(); // what it has of the host's
      host.uncount();
      throw e;
    }
  }

  private void prepare(Vmcs vmcs, int vpid) {
    vmcs.write(VmcsField.VIRTUAL_PROCESSOR_IDENTIFIER, vpid);
    vmcs.write(VmcsField.EPT_POINTER, ept.pointer());
    vmcs.write(VmcsField.VIRTUAL_APIC_ADDRESS, memory.allocateFrame());
    vmcs.write(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, memory.allocateFrame());
    vmcs.setBits(VmcsField.PIN_BASED_CONTROLS, Controls.PROCESS_POSTED_INTERRUPTS, true);
    vmcs.setBits(VmcsField.PRIMARY_CONTROLS, Controls.ACTIVATE_SECONDARY, true);
    vmcs.setBits(
        VmcsField.SECONDARY_CONTROLS,
        Controls.ENABLE_EPT | Controls.ENABLE_VPID | Controls.VIRTUAL_INTERRUPT_DELIVERY,
        true);
  }

  /** Its virtual CPUs, as the host schedules them. */
  public ScheduledVcpu scheduled() {
    return scheduled;
  }

  public EventCounters counters() {
    return counters;
  }

  public Processors processors() {
    return processors;
  }

  /** The processor that executes: the only one, where there is one. */
  public Vcpu vcpu() {
    return processors.executing();
  }

  public HostMemory memory() {
    return memory;
  }

  public ExtendedPageTables ept() {
    return ept;
  }

  public HypercallTable hypercalls() {
    return hypercalls;
  }

  public ExitHandlers exitHandlers() {
    return exitHandlers;
  }

  public PageModificationLogging pageModificationLogging() {
    return pageModificationLogging;
  }

  public VmcsShadowing shadowing() {
    return shadowing;
  }

  @Override
  public void exit(VmExit exit) {
    Vcpu vcpu = vcpu();
    switch (exit.reason()) {
      case EPT_VIOLATION -> {
        if (exitHandlers.serve(exit)) {
          return;
        }
        if (ept.contains(exit.guestPhysicalAddress(), 1)) {
          populate(exit.guestPhysicalAddress());
        } else {
          // There is neither memory nor a device. Xen injects the same exception.
          vcpu.vmcs().write(VmcsField.ENTRY_EXCEPTION_ERROR_CODE, 0);
          inject(
              vcpu,
              InterruptionInformation.exceptionWithErrorCode(
                  InterruptionInformation.GENERAL_PROTECTION));
        }
      }
      case PML_FULL -> pageModificationLogging.flush(vcpu);
      case VMCALL -> {
        var registers = vcpu.registers();
        registers.rax =
            vcpu.privilegeLevel() == 0
                ? hypercalls.call(registers.rax, registers.rbx, registers.rcx, registers.rdx)
                : HypercallHandler.NOT_PERMITTED;
      }
      // Without nested virtualization a guest may use no VMCS but its shadow.
      case VMREAD, VMWRITE ->
          inject(vcpu, InterruptionInformation.exception(InterruptionInformation.UNDEFINED_OPCODE));
      case APIC_WRITE -> {
        // The guest sent itself one of the vectors 0 to 15, which no APIC takes: it is dropped.
      }
      case EPT_MISCONFIGURATION, EXTERNAL_INTERRUPT -> throw unexpected(exit);
      case EXTENSION -> {
        if (!exitHandlers.serve(exit)) {
          throw unexpected(exit);
        }
      }
    }
  }

  private static IllegalStateException unexpected(VmExit exit) {
    return new IllegalStateException("unexpected VM exit: " + exit);
  }

  private static void inject(Vcpu vcpu, long information) {
    vcpu.vmcs().write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, information);
  }

  /** Whether guest-physical memory has all of the {@code bytes} from {@code gpa} on. */
  public boolean isGuestMemory(long gpa, long bytes) {
    return ept.contains(gpa, bytes);
  }

  /**
   * Translates a GPA to an HPA, and maps a frame there if none is.
   *
   * @param gpa in guest-physical memory
   * @throws IllegalStateException for any other address
   */
  public long translate(long gpa) {
    long hpa = ept.translate(gpa);
    if (hpa < 0) {
      populate(gpa);
      hpa = ept.translate(gpa);
    }
    return hpa;
  }

  /** Reads eight bytes at {@code gpa}, a multiple of 8, in root mode: no flag is set. */
  public long readGuest(long gpa) {
    return memory.readLong(translate(gpa));
  }

  /**
   * Writes eight bytes at {@code gpa}, a multiple of 8, in root mode; users of the log are told.
   */
  public void writeGuest(long gpa, long value) {
    memory.writeLong(translate(gpa), value);
    pageModificationLogging.wrote(gpa);
  }

  /** Keeps {@link #move} from moving the page of {@code gpa}, until closed. Pins nest. */
  public Registration pin(long gpa) {
    long page = gpa & -HostMemory.FRAME;
    pins.merge(page, 1, Integer::sum);
    boolean[] pinned = {true};
    return () -> {
      if (pinned[0]) {
        pinned[0] = false;
        pins.computeIfPresent(page, (p, n) -> n == 1 ? null : n - 1);
      }
    };
  }

  /**
   * Moves a page of the guest to another host frame, as a host that compacts its memory does.
   *
   * @return whether it moved: a pinned page stays
   */
  public boolean move(long gpa) {
    long page = gpa & -HostMemory.FRAME;
    if (pins.containsKey(page)) {
      return false;
    }
    translate(page);
    ept.move(page);
    processors.invept();
    return true;
  }

  /**
   * Gives the memory back to the host; the guest can't execute any more. At an instruction boundary
   * of the guest; other machines may run. Closing twice does nothing.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      memory.close();
      host.unregister(scheduled);
    }
  }

  private void populate(long gpa) {
    ept.populate(gpa, !pageModificationLogging.hasUsers());
  }
}
