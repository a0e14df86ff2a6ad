package dev.ooh.spml.module;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.MemoryNotifier;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.extension.UioDevice;
import dev.ooh.memory.PageSet;
import dev.ooh.spml.hypervisor.SpmlHypercalls;
import org.jspecify.annotations.Nullable;

/**
 * The device as one process has it open: its ring, which no other process can map, and what it
 * wants watched. What the log of GPAs can't tell (pages that got another frame, writes by the
 * kernel) is put into the ring here, by GVA.
 */
final class TrackedProcess implements UioDevice.Session, MemoryNotifier {
  private final SpmlModule.Machine machine;
  private final GuestProcess process;
  private @Nullable Started started;
  private boolean logging;

  /** Whether the process left the CPU since its tracker collected. */
  private boolean wasOut;

  /** Everything that was ever armed; other pages of the process are nobody's concern. */
  private PageSet watched = PageSet.empty();

  TrackedProcess(SpmlModule.Machine machine, GuestProcess process) {
    this.machine = machine;
    this.process = process;
  }

  /** What exists between init and deactivate. */
  private record Started(
      KernelPages ringPages,
      RingBuffer ring,
      KernelPages requests,
      GpaList list,
      Registration notifier) {}

  GuestProcess process() {
    return process;
  }

  // ---- Requests of OoH Lib ------------------------------------------------------------------

  @Override
  public long ioctl(int request, long argument) {
    switch (request) {
      case SpmlDevice.INIT -> init(argument);
      case SpmlDevice.RESIZE -> resize(argument);
      case SpmlDevice.COLLECT -> collect();
      case SpmlDevice.ARM -> arm(argument);
      case SpmlDevice.RESUME -> resume();
      case SpmlDevice.DEACTIVATE -> deactivate();
      default ->
          throw new IllegalArgumentException(
              "%s: request is %d, wanted 1 to 6".formatted(SpmlDevice.NAME, request));
    }
    return 0;
  }

  @Override
  public KernelPages mmap(long offset) {
    if (offset == SpmlDevice.RING) {
      return started().ringPages;
    }
    if (offset == SpmlDevice.REQUESTS) {
      return started().requests;
    }
    throw new IllegalArgumentException(
        "%s: mmap offset is %d, wanted 0 or 1".formatted(SpmlDevice.NAME, offset));
  }

  @Override
  public void close() {
    if (started != null) {
      deactivate();
    }
    machine.closed(this);
  }

  private void init(long entries) {
    if (started != null) {
      throw new IllegalStateException(SpmlDevice.NAME + ": init comes twice, wanted deactivate");
    }
    KernelContext kernel = machine.kernel;
    kernel.count(Event.IOCTL_INIT_PML, 1);
    kernel.count(Event.HYPERCALL_INIT_PML, 1);
    KernelPages ringPages = kernel.allocatePages(RingBuffer.pagesFor(entries));
    RingBuffer ring = share(ringPages, entries);
    started =
        new Started(
            ringPages,
            ring,
            kernel.allocatePages(SpmlDevice.REQUEST_PAGES),
            new GpaList(kernel),
            kernel.addMemoryNotifier(process, this));
    resume();
  }

  private void resize(long entries) {
    Started old = started();
    KernelPages ringPages = machine.kernel.allocatePages(RingBuffer.pagesFor(entries));
    RingBuffer ring = share(ringPages, entries);
    started = new Started(ringPages, ring, old.requests, old.list, old.notifier);
    old.ringPages.close();
  }

  /** Lays an empty ring out in zeroed pages and gives it to the hypervisor. */
  private RingBuffer share(KernelPages pages, long capacity) {
    pages.setLong(RingBuffer.CAPACITY_OFFSET, capacity);
    call(SpmlHypercalls.INIT, pages.gpa(), capacity);
    return new RingBuffer(
        new RingBuffer.Words() {
          @Override
          public long get(long offset) {
            return pages.getLong(offset);
          }

          @Override
          public void set(long offset, long value) {
            pages.setLong(offset, value);
          }
        },
        capacity);
  }

  private void collect() {
    started();
    machine.kernel.count(Event.HYPERCALL_DISABLE_LOGGING, 1);
    pause();
    if (wasOut) {
      // Others may map the same frames and have written to them while nobody logged.
      wasOut = false;
      call(SpmlHypercalls.REPORT_UNLOGGED, 0, 0);
    }
  }

  private void arm(long count) {
    KernelPages ranges = started().requests;
    if (count < 0 || count > SpmlDevice.MAX_REQUESTS) {
      throw new IllegalArgumentException(
          "%s: %d ranges to arm, wanted up to %d"
              .formatted(SpmlDevice.NAME, count, SpmlDevice.MAX_REQUESTS));
    }
    PageSet.Builder builder = PageSet.builder();
    for (int i = 0; i < count; i++) {
      builder.add(ranges.getLong(16L * i), ranges.getLong(16L * i + 8));
    }
    PageSet pages = builder.build();
    if (!watched.containsAll(pages)) {
      watched = watched.union(pages);
    }
    // A page without a frame is reported when it gets one.
    GpaList list = started().list;
    pages.forEachRun(
        (start, end) ->
            process.forEachMapped(
                start, end, (gva, gpa) -> list.add(gpa, full -> send(SpmlHypercalls.REARM, full))));
    send(SpmlHypercalls.REARM, list);
  }

  private void deactivate() {
    Started old = started();
    pause();
    machine.kernel.count(Event.IOCTL_DEACTIVATE_PML, 1);
    machine.kernel.count(Event.HYPERCALL_DEACTIVATE_PML, 1);
    call(SpmlHypercalls.DEACTIVATE, 0, 0);
    started = null;
    watched = PageSet.empty();
    old.notifier.close();
    old.ringPages.close();
    old.requests.close();
    old.list.close();
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
    if (started != null && !logging && process.isCurrent()) {
      machine.kernel.count(Event.HYPERCALL_ENABLE_LOGGING, 1);
      call(SpmlHypercalls.ENABLE_LOGGING, 0, 0);
      logging = true;
    }
  }

  // ---- What the log can't tell --------------------------------------------------------------

  @Override
  public void mapped(long gva, long gpa, Cause cause) {
    report(gva);
  }

  @Override
  public void unmapped(long start, long end) {
    PageSet gone = watched.intersect(PageSet.of(start, end));
    if (started == null || gone.isEmpty()) {
      return;
    }
    GpaList list = started.list;
    gone.forEachRun(
        (from, to) ->
            process.forEachMapped(
                from,
                to,
                (gva, gpa) -> {
                  // With another address left the frame is still this process's.
                  if (process.resolve(gpa, other -> {}) == 1) {
                    list.add(gpa, full -> send(SpmlHypercalls.DISARM, full));
                  }
                }));
    send(SpmlHypercalls.DISARM, list);
  }

  @Override
  public void writtenByKernel(long gva, long gpa) {
    report(gva);
    process.resolve(
        gpa,
        alias -> {
          if (alias != gva) {
            report(alias);
          }
        });
  }

  private void report(long gva) {
    if (started != null && watched.contains(gva)) {
      started.ring.appendVirtual(gva);
    }
  }

  // ---- Hypercalls ---------------------------------------------------------------------------

  private void send(long number, GpaList list) {
    if (!list.isEmpty()) {
      call(number, list.gpa(), list.takeCount());
    }
  }

  private void call(long number, long b, long c) {
    long status = machine.kernel.hypercall(number, process.pid(), b, c);
    if (status != 0) {
      throw new IllegalStateException(
          "hypercall 0x%x of SPML answered %d, wanted 0".formatted(number, status));
    }
  }

  private Started started() {
    if (started == null) {
      throw new IllegalStateException(SpmlDevice.NAME + ": not started, wanted init first");
    }
    return started;
  }
}
