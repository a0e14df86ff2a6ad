package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.CpuContext;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.vmx.VmcsField;
import java.util.List;

/** A small extension that logs GVAs in a page of the guest, upwards, and raises a self-IPI. */
final class GvaLog implements CpuExtension {
  static final VmcsField ADDRESS = new VmcsField(0x2FF0, "test log address");
  static final VmcsField INDEX = new VmcsField(0x0BF0, "test log index");
  static final int VECTOR = 0x55;
  static final int INTERRUPT_AT = 3;

  private CpuContext cpu;
  private long gpa = -1;
  private boolean stale;

  @Override
  public String name() {
    return "GVA log";
  }

  @Override
  public List<VmcsField> fields() {
    return List.of(ADDRESS, INDEX);
  }

  @Override
  public void attach(CpuContext context) {
    cpu = context;
  }

  @Override
  public void detach() {
    gpa = -1;
  }

  @Override
  public long guestWrites(VmcsField field, long value) {
    if (field.equals(ADDRESS)) {
      gpa = value;
      stale = false;
      return cpu.translateForWrite(value);
    }
    return value;
  }

  @Override
  public void dirtyFlagSet(long gva) {
    if (gpa < 0) {
      return;
    }
    if (stale) {
      stale = false;
      cpu.write(ADDRESS, cpu.translateForWrite(gpa));
    }
    long index = cpu.read(INDEX);
    cpu.storeHostPhysical(cpu.read(ADDRESS) + index * 8, gva);
    cpu.write(INDEX, index + 1);
    cpu.count(Event.GUEST_PML_LOGGED);
    if (index + 1 == INTERRUPT_AT) {
      cpu.selfIpi(VECTOR);
    }
  }

  @Override
  public void eptInvalidated() {
    stale = true;
  }
}
