package dev.ooh.epml.module;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.MemoryNotifier;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.extension.UioDevice;
import dev.ooh.memory.PageSet;
import org.jspecify.annotations.Nullable;

/**
 * The device as one process has it open: its ring, which no other process can map, and what it
 * wants watched. What the processor can't log (writes by the kernel, pages that came with contents,
 * pages shared with others) is put into the ring here.
 */
final class TrackedProcess implements UioDevice.Session, MemoryNotifier {
  private final EpmlModule.Machine machine;
  private final GuestProcess process;
  private @Nullable RingBuffer ring;
  private @Nullable KernelPages requests;
  private @Nullable Registration notifier;

  /** Whether a frame of the process may be mapped at several of its pages. Stays once it is. */
  private boolean aliased;

  /** Everything that was ever armed; other pages of the process are nobody's concern. */
  private PageSet watched = PageSet.empty();

  TrackedProcess(EpmlModule.Machine machine, GuestProcess process) {
    this.machine = machine;
    this.process = process;
  }

  GuestProcess process() {
    return process;
  }

  boolean isStarted() {
    return ring != null;
  }

  // ---- Requests of OoH Lib ------------------------------------------------------------------

  @Override
  public long ioctl(int request, long argument) {
    switch (request) {
      case EpmlDevice.INIT -> init(argument);
      case EpmlDevice.RESIZE -> resize(argument);
      case EpmlDevice.COLLECT -> collect();
      case EpmlDevice.ARM -> arm(argument);
      case EpmlDevice.DEACTIVATE -> deactivate();
      default ->
          throw new IllegalArgumentException(
              "%s: request is %d, wanted 1 to 5".formatted(EpmlDevice.NAME, request));
    }
    return 0;
  }

  @Override
  public KernelPages mmap(long offset) {
    if (offset == EpmlDevice.RING) {
      return started().pages();
    }
    if (offset == EpmlDevice.REQUESTS && requests != null) {
      return requests;
    }
    throw new IllegalArgumentException(
        "%s: mmap offset is %d, wanted 0 or 1 after init".formatted(EpmlDevice.NAME, offset));
  }

  @Override
  public void close() {
    if (ring != null) {
      deactivate();
    }
    machine.closed(this);
  }

  private void init(long entries) {
    if (ring != null) {
      throw new IllegalStateException(EpmlDevice.NAME + ": init comes twice, wanted deactivate");
    }
    KernelContext kernel = machine.kernel;
    kernel.count(Event.IOCTL_INIT_PML, 1);
    ring = newRing(entries);
    requests = kernel.allocatePages(EpmlDevice.REQUEST_PAGES);
    notifier = kernel.addMemoryNotifier(process, this);
    aliased = process.hasAliases();
    machine.start(this);
  }

  private void resize(long entries) {
    RingBuffer old = started();
    ring = newRing(entries);
    old.pages().close();
  }

  private void collect() {
    started();
    machine.drain();
    watched.forEachRun(
        (start, end) -> process.forEachSharedElsewhere(start, end, started()::append));
  }

  private void arm(long count) {
    KernelPages ranges = requests;
    if (ranges == null || count < 0 || count > EpmlDevice.MAX_REQUESTS) {
      throw new IllegalArgumentException(
          "%s: %d ranges to arm, wanted up to %d, after init"
              .formatted(EpmlDevice.NAME, count, EpmlDevice.MAX_REQUESTS));
    }
    PageSet.Builder builder = PageSet.builder();
    for (int i = 0; i < count; i++) {
      builder.add(ranges.getLong(16L * i), ranges.getLong(16L * i + 8));
    }
    PageSet pages = builder.build();
    if (!watched.containsAll(pages)) {
      watched = watched.union(pages);
    }
    // A page without a frame gets one with a clear dirty flag, so it is armed as it is.
    pages.forEachRun((start, end) -> process.forEachMapped(start, end, this::clearDirty));
  }

  /**
   * A write under another address of the frame must be logged too, so the page's dirty flags are
   * cleared wherever the process has it, armed there or not.
   */
  private void clearDirty(long gva, long gpa) {
    machine.kernel.clearDirty(process, gva);
    if (aliased) {
      process.resolve(
          gpa,
          alias -> {
            if (alias != gva) {
              machine.kernel.clearDirty(process, alias);
            }
          });
    }
  }

  private void deactivate() {
    RingBuffer old = started();
    machine.kernel.count(Event.IOCTL_DEACTIVATE_PML, 1);
    machine.stop(this);
    ring = null;
    watched = PageSet.empty();
    if (notifier != null) {
      notifier.close();
      notifier = null;
    }
    old.pages().close();
    if (requests != null) {
      requests.close();
      requests = null;
    }
  }

  private RingBuffer newRing(long entries) {
    return new RingBuffer(machine.kernel.allocatePages(RingBuffer.pagesFor(entries)), entries);
  }

  private RingBuffer started() {
    if (ring == null) {
      throw new IllegalStateException(EpmlDevice.NAME + ": not started, wanted init first");
    }
    return ring;
  }

  // ---- What was written ---------------------------------------------------------------------

  /** The process wrote to the page: under this address, and under all others it has for it. */
  void wrote(long gva) {
    report(gva);
    if (aliased) {
      long gpa = process.translate(gva);
      if (gpa >= 0) {
        process.resolve(
            gpa,
            alias -> {
              if (alias != gva) {
                report(alias);
              }
            });
      }
    }
  }

  void lost() {
    if (ring != null) {
      ring.drop();
    }
  }

  private void report(long gva) {
    if (ring != null && watched.contains(gva)) {
      ring.append(gva);
    }
  }

  @Override
  public void mapped(long gva, long gpa, Cause cause) {
    // With its own fresh frame the page has a clear dirty flag, and the processor logs its writes.
    if (cause == Cause.ALIAS || cause == Cause.MOVED) {
      aliased |= cause == Cause.ALIAS;
      report(gva);
    }
  }

  @Override
  public void unmapped(long start, long end) {
    if (aliased) {
      // While what was logged under these addresses still leads to the frame's other ones.
      machine.drain();
    }
  }

  @Override
  public void writtenByKernel(long gva, long gpa) {
    wrote(gva);
  }
}
