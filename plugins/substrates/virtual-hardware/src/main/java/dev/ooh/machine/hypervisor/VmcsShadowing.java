package dev.ooh.machine.hypervisor;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsBitmap;
import dev.ooh.machine.vmx.VmcsField;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets the guest access some fields without an exit (SDM 25.6.15), on each of its processors. VMCS
 * shadowing is on while any field is allowed.
 */
public final class VmcsShadowing {
  private final Processors processors;
  private final List<Shadowed> shadowed;
  private final Map<VmcsField, Integer> readable = new HashMap<>();
  private final Map<VmcsField, Integer> writable = new HashMap<>();

  VmcsShadowing(HostMemory memory, Processors processors) {
    this.processors = processors;
    this.shadowed = processors.all().stream().map(vcpu -> shadowed(memory, vcpu)).toList();
  }

  /** What one processor has for it. */
  private record Shadowed(Vmcs vmcs, Vmcs shadow, VmcsBitmap readBitmap, VmcsBitmap writeBitmap) {}

  private static Shadowed shadowed(HostMemory memory, Vcpu vcpu) {
    Vmcs vmcs = vcpu.vmcs();
    Vmcs shadow = Vmcs.allocate(memory, vmcs.layout(), true);
    VmcsBitmap readBitmap = VmcsBitmap.allocate(memory);
    VmcsBitmap writeBitmap = VmcsBitmap.allocate(memory);
    vmcs.write(VmcsField.VMREAD_BITMAP, readBitmap.address());
    vmcs.write(VmcsField.VMWRITE_BITMAP, writeBitmap.address());
    return new Shadowed(vmcs, shadow, readBitmap, writeBitmap);
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
    processors.interruptOthers();
    if (reads) {
      count(readable, field, by);
      shadowed.forEach(each -> each.readBitmap.allow(field, readable.containsKey(field)));
    }
    if (writes) {
      count(writable, field, by);
      shadowed.forEach(each -> each.writeBitmap.allow(field, writable.containsKey(field)));
    }
    boolean on = !readable.isEmpty() || !writable.isEmpty();
    for (Shadowed each : shadowed) {
      Vmcs vmcs = each.vmcs;
      if (on != vmcs.hasBits(VmcsField.SECONDARY_CONTROLS, Controls.VMCS_SHADOWING)) {
        vmcs.write(VmcsField.VMCS_LINK_POINTER, on ? each.shadow.address() : -1);
        vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.VMCS_SHADOWING, on);
      }
    }
  }

  private static void count(Map<VmcsField, Integer> uses, VmcsField field, int by) {
    uses.merge(field, by, (a, b) -> a + b == 0 ? null : a + b);
  }
}
