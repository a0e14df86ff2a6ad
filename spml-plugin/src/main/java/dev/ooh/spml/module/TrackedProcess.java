package dev.ooh.spml.module;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.ring.HypervisorRingFile;
import dev.ooh.ring.RingDevice;
import dev.ooh.spml.hypervisor.SpmlHypercalls;

/**
 * The device as one process has it open. The hypervisor fills the ring with GPAs while the process
 * runs, on whichever processors. What its log doesn't show (pages that got another frame, writes by
 * the kernel) is added to the ring by GVA.
 */
final class TrackedProcess extends HypervisorRingFile {
  private static final Calls CALLS =
      new Calls(
          "SPML",
          SpmlHypercalls.INIT,
          SpmlHypercalls.DEACTIVATE,
          SpmlHypercalls.REARM,
          SpmlHypercalls.DISARM);

  private boolean logging;

  /** Whether the process left its last processor, or was on none, since its tracker collected. */
  private boolean wasOut;

  TrackedProcess(RingDevice<?> device, GuestProcess process) {
    super(device, process, CALLS);
  }

  // ---- Requests of OoH Lib ------------------------------------------------------------------

  @Override
  protected void start() {
    kernel().count(Event.HYPERCALL_INIT_PML, 1);
    super.start();
  }

  @Override
  protected void opened() {
    resume();
  }

  @Override
  protected void finish() {
    try {
      pause();
    } finally {
      kernel().count(Event.HYPERCALL_DEACTIVATE_PML, 1);
      super.finish();
    }
  }

  @Override
  protected void collect() {
    kernel().count(Event.HYPERCALL_DISABLE_LOGGING, 1);
    pause();
    // One that was on none before the device was opened is not told of as it leaves.
    boolean out = process().processors() == 0;
    if (wasOut || out) {
      // Other processes may have written to shared frames while logging was off.
      wasOut = out;
      call(SpmlHypercalls.REPORT_UNLOGGED, 0, 0);
    }
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
    if (process().processors() == 1) { // the one that it leaves
      wasOut = true;
      pause();
    }
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
    if (isStarted() && !logging && process().processors() > 0) {
      kernel().count(Event.HYPERCALL_ENABLE_LOGGING, 1);
      call(SpmlHypercalls.ENABLE_LOGGING, 0, 0);
      logging = true;
    }
  }

  // ---- What the log doesn't show ------------------------------------------------------------

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
}
