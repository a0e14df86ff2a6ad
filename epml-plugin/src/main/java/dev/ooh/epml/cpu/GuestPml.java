package dev.ooh.epml.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.CpuContext;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.vmx.VmcsField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * EPML's page walker: when the final access of a walk sets a guest page-table entry's dirty flag,
 * it logs the GVA of the page to the guest PML page. Full is not an exit: the guest is told by a
 * self-IPI in good time, and a GVA that finds no room sets the sticky overflow.
 */
public final class GuestPml implements CpuExtension {
  private static final long PAGE_MASK = -4096L;

  private @Nullable CpuContext cpu;

  /** What the guest wrote as the page's address; the field has the HPA behind it. */
  private long pageGpa;

  /** Whether the EPT may have moved the page since it was translated. */
  private boolean stale;

  @Override
  public String name() {
    return "guest PML";
  }

  @Override
  public List<VmcsField> fields() {
    return GuestPmlFields.ALL;
  }

  @Override
  public void attach(CpuContext context) {
    cpu = context;
  }

  @Override
  public void detach() {
    cpu = null;
  }

  @Override
  public long guestWrites(VmcsField field, long value) {
    if (!field.equals(GuestPmlFields.ADDRESS)) {
      return value;
    }
    if (cpu == null || !GuestPmlFields.isEnabled(value)) {
      return 0;
    }
    // First, for it may fault; the field then keeps the page that it has.
    long hpa = cpu.translateForWrite(GuestPmlFields.frame(value));
    pageGpa = GuestPmlFields.frame(value);
    stale = false;
    return GuestPmlFields.logTo(hpa);
  }

  @Override
  public void dirtyFlagSet(long gva) {
    if (cpu == null || !cpu.hasFields()) {
      return;
    }
    long address = cpu.read(GuestPmlFields.ADDRESS);
    if (!GuestPmlFields.isEnabled(address)) {
      return;
    }
    int index = (int) cpu.read(GuestPmlFields.INDEX);
    if (index > GuestPmlFields.FIRST_INDEX) {
      cpu.write(GuestPmlFields.OVERFLOW, 1);
      cpu.count(Event.GUEST_PML_OVERFLOW);
      return;
    }
    if (stale) {
      // Translated as a write again, so that a live migration sees the page change, too.
      stale = false;
      address = GuestPmlFields.logTo(cpu.translateForWrite(pageGpa));
      cpu.write(GuestPmlFields.ADDRESS, address);
    }
    cpu.storeHostPhysical(GuestPmlFields.frame(address) + 8L * index, gva & PAGE_MASK);
    cpu.write(GuestPmlFields.INDEX, index - 1);
    cpu.count(Event.GUEST_PML_LOGGED);
    long notification = cpu.read(GuestPmlFields.NOTIFICATION);
    if (index - 1 == GuestPmlFields.threshold(notification)) {
      cpu.selfIpi(GuestPmlFields.vector(notification));
    }
  }

  @Override
  public void eptInvalidated() {
    stale = true;
  }
}
