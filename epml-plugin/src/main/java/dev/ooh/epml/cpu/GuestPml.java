package dev.ooh.epml.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.CpuContext;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.vmx.VmcsField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * EPML's page walker: when the final access of a walk sets the dirty flag of a guest page-table
 * entry, it logs the page's GVA to the guest PML page. A full page doesn't exit: a self-IPI tells
 * the guest before, and a GVA that finds no room sets the sticky overflow.
 */
public final class GuestPml implements CpuExtension {
  private static final long PAGE_MASK = -4096L;

  private @Nullable CpuContext cpu;

  /** The page's GPA, as the guest wrote it; the field holds the HPA that it translates to. */
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
    // This comes first, as it may fault, and the field must then keep its page.
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
      // Translating for a write lets a live migration see that the page changes.
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
