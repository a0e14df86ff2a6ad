package dev.ooh.epml.module;

import dev.ooh.epml.cpu.GuestPmlFields;
import dev.ooh.epml.hypervisor.EpmlHypervisor;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.ScheduleNotifier;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.RingDevice;
import org.jspecify.annotations.Nullable;

/**
 * OoH Module for EPML: turns a processor's log on while a tracked process runs there. It owns a
 * guest PML page for each processor and drains it to that process's ring when the self-IPI comes,
 * when the process is scheduled out, and when its tracker collects. A log is drained on its own
 * processor, as nobody else reaches its index: the one that collects interrupts the others.
 */
public final class EpmlModule implements KernelModule {
  /**
   * The index at which the self-IPI is sent, so 64 entries are left. That is enough: one
   * instruction dirties few pages, and while the kernel holds interrupts back it dirties none
   * through the process's own translations.
   */
  static final int THRESHOLD = 63;

  private @Nullable Machine machine;

  @Override
  public void load(KernelContext kernel) {
    Machine loaded = new Machine(kernel);
    kernel.registerDevice(EpmlDevice.NAME, loaded);
    kernel.addScheduleNotifier(loaded);
    machine = loaded;
  }

  @Override
  public void unload() {
    if (machine != null) {
      machine.stop();
      machine = null;
    }
  }

  /** The module at work on one machine. */
  static final class Machine extends RingDevice<TrackedProcess> implements ScheduleNotifier {
    private final KernelContext kernel;
    private final KernelPages pmlPages;
    private final KernelContext.InterruptLine line;

    /** By processor: the process that it logs for now. */
    private final @Nullable TrackedProcess[] logging;

    /** Of a log that is taken: as it is in the page, and in the order of the stores. */
    private final long[] entries = new long[GuestPmlFields.FIRST_INDEX + 1];

    private final long[] logged = new long[GuestPmlFields.FIRST_INDEX + 1];

    private int started;

    Machine(KernelContext kernel) {
      super(EpmlDevice.NAME, kernel);
      this.kernel = kernel;
      this.pmlPages = kernel.allocatePages(kernel.processors());
      this.logging = new TrackedProcess[kernel.processors()];
      this.line = kernel.requestInterrupt(this::nearlyFull);
    }

    @Override
    protected TrackedProcess opened(GuestProcess opener) {
      return new TrackedProcess(this, opener);
    }

    @Override
    public void scheduledOut(GuestProcess process) {
      pause(fileOf(process));
    }

    @Override
    public void scheduledIn(GuestProcess process) {
      resume(fileOf(process));
    }

    /** Starts logging for a process that has its ring. */
    void start(TrackedProcess tracked) {
      kernel.count(Event.HYPERCALL_INIT_PML_AND_SHADOWING, 1);
      long status = kernel.hypercall(EpmlHypervisor.INIT, pmlPages.gpa(), 0, 0);
      if (status != 0) {
        throw new IllegalStateException("hypercall init of EPML answered " + status + ", wanted 0");
      }
      if (started++ == 0) {
        setNotification();
        kernel.onOthers(processor -> true, this::setNotification);
      }
      resumeIfCurrent(tracked);
      kernel.onOthers(processor -> true, () -> resumeIfCurrent(tracked));
    }

    private void setNotification() {
      kernel.vmwrite(
          GuestPmlFields.NOTIFICATION, GuestPmlFields.notification(line.vector(), THRESHOLD));
    }

    private void resumeIfCurrent(TrackedProcess tracked) {
      if (tracked.process().isCurrent()) {
        resume(tracked);
      }
    }

    void stop(TrackedProcess tracked) {
      pause(tracked);
      kernel.onOthers(processor -> logging[processor] == tracked, () -> pause(tracked));
      started--;
      kernel.count(Event.HYPERCALL_DEACTIVATE_PML_AND_SHADOWING, 1);
      kernel.hypercall(EpmlHypervisor.DEACTIVATE, 0, 0, 0);
    }

    /** Moves what the processors have logged for a process to its ring. */
    void drain(TrackedProcess tracked) {
      drainHere();
      kernel.onOthers(processor -> logging[processor] == tracked, this::drainHere);
    }

    /** Moves what the processor has logged to the ring of the process that wrote it. */
    private void drainHere() {
      kernel.disableInterrupts();
      try {
        TrackedProcess owner = logging[kernel.processor()];
        if (owner != null && takeLog(owner)) {
          kernel.vmwrite(GuestPmlFields.INDEX, GuestPmlFields.FIRST_INDEX);
        }
      } finally {
        kernel.enableInterrupts();
      }
    }

    /** Moves the log's entries to the owner's ring; returns whether there were any. */
    private boolean takeLog(TrackedProcess owner) {
      int index = (int) kernel.vmread(GuestPmlFields.INDEX);
      // FFFFH means that entry 0 is filled too. With any other index out of range it may be.
      boolean full = index > GuestPmlFields.FIRST_INDEX;
      int last = full ? 0 : index + 1;
      int count = GuestPmlFields.FIRST_INDEX + 1 - last;
      pmlPages.getLongs(pageOffset() + 8L * last, entries, 0, count);
      for (int i = 0; i < count; i++) {
        logged[i] = entries[count - 1 - i]; // the oldest is at the highest index
      }
      owner.logged(logged, count);
      if (full && kernel.vmread(GuestPmlFields.OVERFLOW) != 0) {
        kernel.vmwrite(GuestPmlFields.OVERFLOW, 0);
        owner.lost();
      }
      return index != GuestPmlFields.FIRST_INDEX;
    }

    /** Where the processor's page begins. */
    private long pageOffset() {
      return (long) kernel.processor() * PageSet.PAGE_SIZE;
    }

    private void nearlyFull() {
      // If it was sent just before its process left the CPU, there is nothing left to drain.
      drainHere();
    }

    private void pause(@Nullable TrackedProcess tracked) {
      if (tracked == null || tracked != logging[kernel.processor()]) {
        return;
      }
      kernel.disableInterrupts();
      try {
        takeLog(tracked);
        kernel.vmwrite(GuestPmlFields.ADDRESS, 0);
        logging[kernel.processor()] = null;
      } finally {
        kernel.enableInterrupts();
      }
    }

    private void resume(@Nullable TrackedProcess tracked) {
      int processor = kernel.processor();
      if (tracked != null && tracked.isStarted() && logging[processor] == null) {
        kernel.vmwrite(GuestPmlFields.INDEX, GuestPmlFields.FIRST_INDEX);
        kernel.vmwrite(GuestPmlFields.ADDRESS, GuestPmlFields.logTo(pmlPages.gpa() + pageOffset()));
        logging[processor] = tracked;
      }
    }
  }
}
