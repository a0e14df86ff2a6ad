package dev.ooh.epml.hypervisor;

import dev.ooh.epml.cpu.GuestPmlFields;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.HypervisorModule;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets the guest use EPML's fields without an exit, and pins the guest PML pages meanwhile, one for
 * each of its processors. After the hypercall that starts it, the hypervisor has no part in
 * tracking.
 */
public final class EpmlHypervisor implements HypervisorModule {
  /**
   * Starts, or takes another reference. Argument: the GPA of the guest PML page; where the machine
   * has several processors, of the first of as many pages.
   */
  public static final long INIT = 0x4F6F_4801L;

  /** Gives up a reference; the last one stops. No argument. */
  public static final long DEACTIVATE = 0x4F6F_4802L;

  private static final long PAGE = 4096;

  private final List<Registration> granted = new ArrayList<>();
  private long pagesGpa;
  private int users;

  @Override
  public void load(HypervisorContext context) {
    context.registerHypercall(INIT, (pages, b, c) -> init(context, pages));
    context.registerHypercall(DEACTIVATE, (a, b, c) -> deactivate());
  }

  @Override
  public void unload() {
    revoke();
  }

  private long init(HypervisorContext context, long pages) {
    long bytes = PAGE * context.processors();
    if ((pages & (PAGE - 1)) != 0
        || !context.isGuestMemory(pages, bytes)
        || (users > 0 && pages != pagesGpa)) {
      return HypercallHandler.INVALID;
    }
    if (users++ == 0) {
      pagesGpa = pages;
      for (long offset = 0; offset < bytes; offset += PAGE) {
        granted.add(context.pin(pages + offset));
      }
      for (VmcsField field : GuestPmlFields.ALL) {
        // Reading the address would show the guest an HPA, which it must not see.
        boolean readable = !field.equals(GuestPmlFields.ADDRESS);
        granted.add(context.shadowField(field, readable, true));
      }
    }
    return 0;
  }

  private long deactivate() {
    if (users == 0) {
      return HypercallHandler.INVALID;
    }
    if (--users == 0) {
      revoke();
    }
    return 0;
  }

  private void revoke() {
    users = 0;
    granted.forEach(Registration::close);
    granted.clear();
  }
}
