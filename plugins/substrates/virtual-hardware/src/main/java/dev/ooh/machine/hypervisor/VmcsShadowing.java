package dev.ooh.machine.hypervisor;

import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsBitmap;
import dev.ooh.machine.vmx.VmcsField;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets the guest access some fields without an exit (SDM 25.6.15). VMCS shadowing is on while any
 * field is allowed.
 */
public final class VmcsShadowing {
  private final Vmcs vmcs;
  private final Vmcs shadow;
  private final VmcsBitmap readBitmap;
  private final VmcsBitmap writeBitmap;
  private final Map<VmcsField, Integer> readable = new HashMap<>();
  private final Map<VmcsField, Integer> writable = new HashMap<>();

  VmcsShadowing(HostMemory memory, Vmcs vmcs) {
    this.vmcs = vmcs;
    this.shadow = Vmcs.allocate(memory, vmcs.layout(), true);
    this.readBitmap = VmcsBitmap.allocate(memory);
    this.writeBitmap = VmcsBitmap.allocate(memory);
    vmcs.write(VmcsField.VMREAD_BITMAP, readBitmap.address());
    vmcs.write(VmcsField.VMWRITE_BITMAP, writeBitmap.address());
  }

  /** Allows the guest's accesses to a field until the registration is closed. */
  public Registration allow(VmcsField field, boolean reads, boolean writes) {
    change(field, reads, writes, 1);
    boolean[] open = {true};
    return () -> {
      if (open[0]) {
        open[0] = false;
        change(field, reads, writes, -1);
      }
    };
  }

  private void change(VmcsField field, boolean reads, boolean writes, int by) {
    if (reads) {
      count(readable, field, by);
      readBitmap.allow(field, readable.containsKey(field));
    }
    if (writes) {
      count(writable, field, by);
      writeBitmap.allow(field, writable.containsKey(field));
    }
    boolean on = !readable.isEmpty() || !writable.isEmpty();
    if (on != vmcs.hasBits(VmcsField.SECONDARY_CONTROLS, Controls.VMCS_SHADOWING)) {
      vmcs.write(VmcsField.VMCS_LINK_POINTER, on ? shadow.address() : -1);
      vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.VMCS_SHADOWING, on);
    }
  }

  private static void count(Map<VmcsField, Integer> uses, VmcsField field, int by) {
    uses.merge(field, by, (a, b) -> a + b == 0 ? null : a + b);
  }
}
