package dev.ooh.spp.module;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.GpaList;
import dev.ooh.ring.RingDevice;
import dev.ooh.ring.RingFile;
import dev.ooh.spp.hypervisor.SppHypercalls;
import org.jspecify.annotations.Nullable;

/**
 * The device as one process has it open. The hypervisor sees each write to a protected frame, the
 * kernel's and other processes' included. What it can't see is that a page got another frame, which
 * is added to the ring here, by GVA.
 */
final class TrackedProcess extends RingFile {
  private static final int GRANULES = 6;

  private final KernelContext kernel;

  /** Where GPAs for the hypervisor are put; exists between init and deactivate. */
  private @Nullable GpaList list;

  TrackedProcess(RingDevice<?> device, GuestProcess process) {
    super(device, process);
    this.kernel = device.kernel();
  }

  // ---- Requests of OoH Lib ------------------------------------------------------------------

  @Override
  protected void ringReady(long gpa, long capacity) {
    call(SppHypercalls.INIT, gpa, capacity);
  }

  @Override
  protected void start() {
    try {
      list = new GpaList(kernel);
    } catch (RuntimeException | Error e) {
      // Otherwise the hypervisor would write to a ring that is freed.
      finish();
      throw e;
    }
  }

  @Override
  protected void finish() {
    try {
      call(SppHypercalls.DEACTIVATE, 0, 0);
    } finally {
      if (list != null) {
        list.close();
        list = null;
      }
    }
  }

  @Override
  protected void request(int number) {
    int shift = number - SppDevice.GRANULE;
    if (shift < 0 || shift >= GRANULES) {
      super.request(number);
    } else {
      list();
      call(SppHypercalls.GRANULE, 128L << shift, 0);
    }
  }

  @Override
  protected void collect() {
    kernel.count(Event.HYPERCALL_DISABLE_LOGGING, 1);
    call(SppHypercalls.COLLECT, 0, 0);
  }

  @Override
  protected void arm(PageSet pages) {
    // A page without a frame is reported when it gets one.
    GpaList gpas = list();
    pages.forEachRun(
        (start, end) ->
            process()
                .forEachMapped(
                    start,
                    end,
                    (gva, gpa) -> gpas.add(gpa, full -> send(SppHypercalls.ARM, full))));
    send(SppHypercalls.ARM, gpas);
  }

  // ---- What the hypervisor can't see --------------------------------------------------------

  @Override
  public void mapped(long gva, long gpa, Cause cause) {
    report(gva);
  }

  @Override
  public void unmapped(long start, long end) {
    PageSet gone = watched().intersect(PageSet.of(start, end));
    if (gone.isEmpty()) {
      return;
    }
    GpaList gpas = list();
    gone.forEachRun(
        (from, to) ->
            process()
                .forEachMapped(
                    from,
                    to,
                    (gva, gpa) -> {
                      // A frame with another address left still belongs to this process.
                      if (process().resolve(gpa, other -> {}) == 1) {
                        gpas.add(gpa, full -> send(SppHypercalls.DISARM, full));
                      }
                    }));
    send(SppHypercalls.DISARM, gpas);
  }

  /** The hypervisor has seen it: the kernel's writes, too, go through the EPT. */
  @Override
  public void writtenByKernel(long gva, long gpa) {}

  // ---- Hypercalls ---------------------------------------------------------------------------

  private void send(long number, GpaList gpas) {
    if (!gpas.isEmpty()) {
      call(number, gpas.gpa(), gpas.takeCount());
    }
  }

  private void call(long number, long b, long c) {
    long status = kernel.hypercall(number, process().pid(), b, c);
    if (status != 0) {
      throw new IllegalStateException(
          "hypercall 0x%x of SPP answered %d, wanted 0".formatted(number, status));
    }
  }

  private GpaList list() {
    if (list == null) {
      throw new IllegalStateException(SppDevice.NAME + ": not started, wanted init first");
    }
    return list;
  }
}
