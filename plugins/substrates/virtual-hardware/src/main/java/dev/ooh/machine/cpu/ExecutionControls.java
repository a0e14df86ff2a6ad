package dev.ooh.machine.cpu;

import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.paging.Eptp;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsBitmap;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.machine.vmx.VmxStatus;
import org.jspecify.annotations.Nullable;

/** The processor's copy of the VMCS's controls, checked as VM entry does (27.2.1.1, 27.3.1.5). */
final class ExecutionControls {
  private static final long NO_LINK = -1;

  private final HostMemory memory;
  private final Vmcs vmcs;
  private final CachedMappings mappings;
  private long version = -1;

  boolean ept;
  boolean accessedDirty;
  long eptRoot;
  boolean pml;
  long pmlAddress;
  boolean interruptDelivery;
  boolean postedInterrupts;
  long virtualApicAddress;
  long postedInterruptDescriptor;
  boolean shadowing;
  @Nullable Vmcs shadow;
  @Nullable VmcsBitmap vmreadBitmap;
  @Nullable VmcsBitmap vmwriteBitmap;

  ExecutionControls(HostMemory memory, Vmcs vmcs, CachedMappings mappings) {
    this.memory = memory;
    this.vmcs = vmcs;
    this.mappings = mappings;
  }

  /**
   * Takes over what root mode wrote since the last call. With another EPT root, guest-physical
   * addresses mean something else, and all cached mappings are dropped.
   *
   * @throws VmEntryFailure when the controls are invalid, and then on every call until they aren't
   */
  void refresh() {
    // Apart, so that what nearly every step does is inlined.
    if (version != vmcs.controlVersion()) {
      takeOver();
    }
  }

  private void takeOver() {
    boolean oldEpt = ept;
    long oldRoot = eptRoot;
    long pin = vmcs.read(VmcsField.PIN_BASED_CONTROLS);
    boolean secondaryActive = vmcs.hasBits(VmcsField.PRIMARY_CONTROLS, Controls.ACTIVATE_SECONDARY);
    long secondary = secondaryActive ? vmcs.read(VmcsField.SECONDARY_CONTROLS) : 0;

    ept = (secondary & Controls.ENABLE_EPT) != 0;
    long eptp = vmcs.read(VmcsField.EPT_POINTER);
    check(!ept || Eptp.isValid(eptp), "EPT pointer", eptp, "a valid EPTP");
    accessedDirty = ept && Eptp.accessedDirty(eptp);
    eptRoot = ept ? Eptp.root(eptp) : 0;

    long vpid = vmcs.read(VmcsField.VIRTUAL_PROCESSOR_IDENTIFIER);
    check(
        (secondary & Controls.ENABLE_VPID) == 0 || vpid != 0,
        "virtual-processor identifier",
        vpid,
        "another than 0, which is root mode's");

    pml = (secondary & Controls.ENABLE_PML) != 0;
    pmlAddress = vmcs.read(VmcsField.PML_ADDRESS);
    check(!pml || ept, "enable PML", secondary, "enable EPT to be 1 too");
    check(!pml || isPage(pmlAddress), "PML address", pmlAddress, "a 4 KiB-aligned HPA");

    interruptDelivery = (secondary & Controls.VIRTUAL_INTERRUPT_DELIVERY) != 0;
    virtualApicAddress = vmcs.read(VmcsField.VIRTUAL_APIC_ADDRESS);
    check(
        !interruptDelivery || isPage(virtualApicAddress),
        "virtual-APIC address",
        virtualApicAddress,
        "a 4 KiB-aligned HPA");
    postedInterrupts = (pin & Controls.PROCESS_POSTED_INTERRUPTS) != 0;
    postedInterruptDescriptor = vmcs.read(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS);
    check(
        !postedInterrupts || interruptDelivery,
        "process posted interrupts",
        pin,
        "virtual-interrupt delivery to be 1 too");
    check(
        !postedInterrupts
            || (postedInterruptDescriptor % 64 == 0
                && memory.isAllocated(postedInterruptDescriptor)),
        "posted-interrupt descriptor address",
        postedInterruptDescriptor,
        "an HPA aligned to 64");

    shadowing = (secondary & Controls.VMCS_SHADOWING) != 0;
    refreshShadow();
    version = vmcs.controlVersion();
    if (oldEpt != ept || oldRoot != eptRoot) {
      mappings.dropAll();
    }
  }

  private void refreshShadow() {
    long link = vmcs.read(VmcsField.VMCS_LINK_POINTER);
    check(
        link == NO_LINK || Vmcs.isValid(memory, link, shadowing),
        "VMCS link pointer",
        link,
        shadowing ? "all ones or a shadow VMCS" : "all ones or an ordinary VMCS");
    shadow = shadowing && link != NO_LINK ? Vmcs.at(memory, vmcs.layout(), link) : null;
    vmreadBitmap = shadowing ? bitmap(VmcsField.VMREAD_BITMAP) : null;
    vmwriteBitmap = shadowing ? bitmap(VmcsField.VMWRITE_BITMAP) : null;
  }

  private VmcsBitmap bitmap(VmcsField field) {
    long address = vmcs.read(field);
    check(isPage(address), field.name(), address, "a 4 KiB-aligned HPA");
    return VmcsBitmap.at(memory, address);
  }

  private boolean isPage(long address) {
    return address % HostMemory.FRAME == 0 && memory.isAllocated(address);
  }

  private void check(boolean valid, String what, long found, String wanted) {
    if (!valid) {
      vmcs.write(VmcsField.VM_INSTRUCTION_ERROR, VmxStatus.INVALID_CONTROL_FIELDS);
      throw new VmEntryFailure(what, found, wanted);
    }
  }
}
