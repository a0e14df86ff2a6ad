package dev.ooh.spp.module;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.ring.HypervisorRingFile;
import dev.ooh.ring.RingDevice;
import dev.ooh.spp.hypervisor.SppHypercalls;

/**
 * The device as one process has it open. The hypervisor sees each write to a protected frame, the
 * kernel's and other processes' included.
 */
final class TrackedProcess extends HypervisorRingFile {
  private static final Calls CALLS =
      new Calls(
          "SPP",
          SppHypercalls.INIT,
          SppHypercalls.DEACTIVATE,
          SppHypercalls.ARM,
          SppHypercalls.DISARM);
  private static final int GRANULES = 6;

  TrackedProcess(RingDevice<?> device, GuestProcess process) {
    super(device, process, CALLS);
  }

  @Override
  protected void request(int number) {
    int shift = number - SppDevice.GRANULE;
    if (shift < 0 || shift >= GRANULES) {
      super.request(number);
    } else {
      requireStarted();
      call(SppHypercalls.GRANULE, 128L << shift, 0);
    }
  }

  @Override
  protected void collect() {
    kernel().count(Event.HYPERCALL_DISABLE_LOGGING, 1);
    call(SppHypercalls.COLLECT, 0, 0);
  }

  /** The hypervisor has seen it: the kernel's writes, too, go through the EPT. */
  @Override
  public void writtenByKernel(long gva, long gpa) {}
}
