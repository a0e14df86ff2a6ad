package dev.ooh.machine.vmx;

import dev.ooh.machine.memory.HostMemory;

/**
 * A virtual-machine control structure in a 4 KiB page of host memory (Intel SDM volume 3C, 25.2),
 * ordinary or shadow, as root mode sees it. The guest reaches it by VMREAD and VMWRITE alone.
 *
 * <p>Used at instruction boundaries of its processor. Values are cut to the field's width.
 */
public final class Vmcs {
  private static final long SHADOW_INDICATOR = 1L << 31;

  private final HostMemory memory;
  private final VmcsLayout layout;
  private final long address;
  private long controlVersion;

  private Vmcs(HostMemory memory, VmcsLayout layout, long address) {
    this.memory = memory;
    this.layout = layout;
    this.address = address;
  }

  /** A new, cleared VMCS in a frame of its own, which the caller frees. */
  public static Vmcs allocate(HostMemory memory, VmcsLayout layout, boolean shadow) {
    long address = memory.allocateFrame();
    memory.writeLong(address, VmcsLayout.REVISION | (shadow ? SHADOW_INDICATOR : 0));
    Vmcs vmcs = new Vmcs(memory, layout, address);
    vmcs.write(VmcsField.VMCS_LINK_POINTER, -1);
    return vmcs;
  }

  /** The VMCS that is at {@code address} already. */
  public static Vmcs at(HostMemory memory, VmcsLayout layout, long address) {
    return new Vmcs(memory, layout, address);
  }

  /** Whether {@code address} holds a VMCS of this processor that is a shadow as {@code shadow}. */
  public static boolean isValid(HostMemory memory, long address, boolean shadow) {
    return (address & (HostMemory.FRAME - 1)) == 0
        && memory.isAllocated(address)
        && (memory.readLong(address) & 0xFFFF_FFFFL)
            == (VmcsLayout.REVISION | (shadow ? SHADOW_INDICATOR : 0));
  }

  /** The HPA of the page. */
  public long address() {
    return address;
  }

  /** The fields. */
  public VmcsLayout layout() {
    return layout;
  }

  /** The value of {@code field}, zero-extended from its width. */
  public long read(VmcsField field) {
    return memory.readLong(address + layout.offset(field));
  }

  /**
   * Stores {@code value}, cut to the field's width. Writes by the VMM take effect with the next
   * instruction of the guest. Read-only fields are for the processor; software that emulates a VMCS
   * may write them too.
   */
  public void write(VmcsField field, long value) {
    memory.writeLong(address + layout.offset(field), value & field.width().mask());
    if (field.type() == VmcsField.Type.CONTROL || field.equals(VmcsField.VMCS_LINK_POINTER)) {
      controlVersion++;
    }
  }

  /** Sets the bits {@code mask} of {@code field} to {@code on}. */
  public void setBits(VmcsField field, long mask, boolean on) {
    long value = read(field);
    write(field, on ? value | mask : value & ~mask);
  }

  /** Whether all bits {@code mask} of {@code field} are set. */
  public boolean hasBits(VmcsField field, long mask) {
    return (read(field) & mask) == mask;
  }

  /** Changes whenever a control was written: the processor's hint to check its copies. */
  public long controlVersion() {
    return controlVersion;
  }
}
