package dev.ooh.spml.module;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.GpaList;
import dev.ooh.ring.RingDevice;
import dev.ooh.ring.RingFile;
import dev.ooh.spml.hypervisor.SpmlHypercalls;
import org.jspecify.annotations.Nullable;

/**
 * The device as one process has it open. The hypervisor fills the ring with GPAs while the process
 * runs. What its log doesn't show (pages that got another frame, writes by the kernel) is added to
 * the ring here, by GVA.
 */
final class TrackedProcess extends RingFile {
  private final KernelContext kernel;

  /** Where GPAs for the hypervisor are put; exists between init and deactivate. */
  private @Nullable GpaList list;

  private boolean logging;

  /** Whether the process left the CPU since its tracker collected. */
  private boolean wasOut;

  TrackedProcess(RingDevice<?> device, GuestProcess process) {
    super(device, process);
    this.kernel = device.kernel();
  }

  // ---- Requests of OoH Lib ------------------------------------------------------------------

  @Override
  protected void ringReady(long gpa, long capacity) {
    call(SpmlHypercalls.INIT, gpa, capacity);
  }

  @Override
  protected void start() {
    kernel.count(Event.HYPERCALL_INIT_PML, 1);
    try {
      list = new GpaList(kernel);
      resume();
    } catch (RuntimeException | Error e) {
      // Otherwise the hypervisor would write to a ring that is freed.
      finish();
      throw e;
    }
  }

  @Override
  protected void finish() {
    try {
      pause();
    } finally {
      closeLog();
    }
  }

  private void closeLog() {
    kernel.count(Event.HYPERCALL_DEACTIVATE_PML, 1);
    try {
      call(SpmlHypercalls.DEACTIVATE, 0, 0);
    } finally {
      if (list != null) {
        list.close();
        list = null;
      }
    }
  }

  @Override
  protected void collect() {
    kernel.count(Event.HYPERCALL_DISABLE_LOGGING, 1);
    pause();
    if (wasOut) {
      // Other processes may have written to shared frames while logging was off.
      wasOut = false;
      call(SpmlHypercalls.REPORT_UNLOGGED, 0, 0);
    }
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
                    (gva, gpa) -> gpas.add(gpa, full -> send(SpmlHypercalls.REARM, full))));
    send(SpmlHypercalls.REARM, gpas);
  }

  @Override
  protected void request(int number) {
    if (number == SpmlDevice.RESUME) {
      resume();
    } else {
      super.request(number);
    }
  }

  // ---- Logging while the process runs -------------------------------------------------------

  void scheduledOut() {
    wasOut = true;
    pause();
  }

  void scheduledIn() {
    resume();
  }

  private void pause() {
    if (logging) {
      logging = false;
      call(SpmlHypercalls.DISABLE_LOGGING, 0, 0);
    }
  }

  private void resume() {
    if (isStarted() && !logging && process().isCurrent()) {
      kernel.count(Event.HYPERCALL_ENABLE_LOGGING, 1);
      call(SpmlHypercalls.ENABLE_LOGGING, 0, 0);
      logging = true;
    }
  }

  // ---- What the log doesn't show ------------------------------------------------------------

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
                        gpas.add(gpa, full -> send(SpmlHypercalls.DISARM, full));
                      }
                    }));
    send(SpmlHypercalls.DISARM, gpas);
  }

  @Override
  public void writtenByKernel(long gva, long gpa) {
    report(gva);
    process()
        .resolve(
            gpa,
            alias -> {
              if (alias != gva) {
                report(alias);
              }
            });
  }

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
          "hypercall 0x%x of SPML answered %d, wanted 0".formatted(number, status));
    }
  }

  private GpaList list() {
    if (list == null) {
      throw new IllegalStateException(SpmlDevice.NAME + ": not started, wanted init first");
    }
    return list;
  }
}
