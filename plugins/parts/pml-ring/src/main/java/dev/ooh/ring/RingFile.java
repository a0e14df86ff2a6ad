package dev.ooh.ring;

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
 * A {@link RingDevice} as one tracker has it open: its ring, which no other process can map, and
 * what is watched for it in the process that it tracks. A subclass moves what the hardware logs
 * into the ring, adds the writes that no log shows, and arms pages. On the machine's CPU only.
 */
public abstract class RingFile implements UioDevice.Session, MemoryNotifier {
  private final RingDevice<?> device;
  private final GuestProcess opener;
  private GuestProcess process;
  private @Nullable Started started;

  /** Why the process can't be tracked any more. */
  private @Nullable String ended;

  /** What was armed and not disarmed since; other pages of the process are not reported. */
  private final ArmedPages armed = new ArmedPages();

  /**
   * @param opener who is tracked, too, unless it registers another process
   */
  protected RingFile(RingDevice<?> device, GuestProcess opener) {
    this.device = device;
    this.opener = opener;
    this.process = opener;
  }

  /** What exists between init and deactivate. */
  private record Started(
      KernelPages ringPages, RingBuffer ring, KernelPages requests, Registration notifier) {}

  // ---- What each technique does for itself ----------------------------------------------------

  /**
   * Called when an empty ring was laid out, the first one or its replacement.
   *
   * @param gpa of its first byte
   * @param capacity in entries
   */
  protected void ringReady(long gpa, long capacity) {}

  /** Starts logging. Nothing is watched yet. If it throws, nothing is started. */
  protected abstract void start();

  /** Stops logging; the ring is still there. */
  protected abstract void finish();

  /** Brings everything that was logged into the ring. */
  protected abstract void collect();

  /** Makes the next write to each of the pages be logged. */
  protected abstract void arm(PageSet pages);

  /** A request of the technique's own; its numbers begin at {@link RingDevice#FIRST_OWN}. */
  protected void request(int number) {
    throw new IllegalArgumentException(
        "%s: request is %d, wanted one that it knows".formatted(device.name(), number));
  }

  // ---- For subclasses -------------------------------------------------------------------------

  /** The tracker: the process that opened the device. */
  final GuestProcess opener() {
    return opener;
  }

  /** The process that is tracked. */
  public final GuestProcess process() {
    return process;
  }

  /** Whether the process is tracked: after init, before deactivate. */
  public final boolean isStarted() {
    return started != null;
  }

  /**
   * For requests of the technique's own that only a tracked process may make.
   *
   * @throws IllegalStateException before init
   */
  protected final void requireStarted() {
    started();
  }

  /** The pages that were armed and not disarmed since, reported or not. */
  protected final PageSet watched() {
    return armed.watched();
  }

  /**
   * @throws IllegalStateException before init
   */
  protected final RingBuffer ring() {
    return started().ring;
  }

  /**
   * Puts a page into the ring if it is armed and was not reported since. So a page that is written
   * again and again takes one entry.
   */
  protected final void report(long gva) {
    if (started != null && armed.report(gva)) {
      started.ring.appendVirtual(gva);
    }
  }

  /**
   * {@link #report(long)} for each.
   *
   * @param gvas of pages, each a multiple of 4096; those that are not reported are taken out
   */
  protected final void report(long[] gvas, int count) {
    Started now = started;
    if (now != null) {
      int reported = 0;
      for (int i = 0; i < count; i++) {
        if (armed.report(gvas[i])) {
          gvas[reported++] = gvas[i];
        }
      }
      now.ring.appendVirtual(gvas, reported);
    }
  }

  // ---- Requests of the library ----------------------------------------------------------------

  @Override
  public final long ioctl(int request, long argument) {
    if (ended != null) {
      if (request == RingDevice.DEACTIVATE) {
        return 0; // It is off already.
      }
      throw new IllegalStateException(
          "%s: ESRCH, process %s, wanted one that runs on".formatted(device.name(), ended));
    }
    switch (request) {
      case RingDevice.TRACK -> track(argument);
      case RingDevice.INIT -> init(argument);
      case RingDevice.RESIZE -> resize(argument);
      case RingDevice.COLLECT -> {
        requireStarted();
        collect();
      }
      case RingDevice.ARM -> armRequested(requested(argument));
      case RingDevice.DISARM -> disarmRequested(requested(argument));
      case RingDevice.DEACTIVATE -> deactivate();
      default -> request(request);
    }
    return 0;
  }

  @Override
  public final KernelPages mmap(long offset) {
    if (offset == RingDevice.RING) {
      return started().ringPages;
    }
    if (offset == RingDevice.REQUESTS) {
      return started().requests;
    }
    throw new IllegalArgumentException(
        "%s: mmap offset is %d, wanted 0 or 1".formatted(device.name(), offset));
  }

  @Override
  public final void close() {
    try {
      if (started != null) {
        deactivate();
      }
    } finally {
      device.closed(this);
    }
  }

  private void track(long pid) {
    if (started != null) {
      throw new IllegalStateException(
          "%s: a process is registered while %s (%d) is tracked, wanted deactivate"
              .formatted(device.name(), process.name(), process.pid()));
    }
    process = device.register(this, pid == (int) pid ? (int) pid : -1);
  }

  /** The process has exited or runs another program: nothing is tracked any more, for good. */
  final void end(String how) {
    ended = how;
    if (started != null) {
      deactivate();
    }
  }

  private void init(long entries) {
    if (!device.isRegistered(this)) {
      throw device.busy(process);
    }
    if (started != null) {
      throw new IllegalStateException(device.name() + ": init comes twice, wanted deactivate");
    }
    KernelContext kernel = device.kernel();
    kernel.count(Event.IOCTL_INIT_PML, 1);
    Started fresh = allocate(kernel, entries);
    started = fresh;
    try {
      ringReady(fresh.ringPages.gpa(), entries);
      start();
    } catch (RuntimeException | Error e) {
      release(fresh);
      throw e;
    }
  }

  private Started allocate(KernelContext kernel, long entries) {
    KernelPages ringPages = kernel.allocatePages(RingBuffer.pagesFor(entries));
    KernelPages requests = null;
    try {
      RingBuffer ring = RingBuffer.layOut(ringPages, entries);
      requests = kernel.allocatePages(RingDevice.REQUEST_PAGES);
      return new Started(ringPages, ring, requests, kernel.addMemoryNotifier(process, this));
    } catch (RuntimeException | Error e) {
      if (requests != null) {
        requests.close();
      }
      ringPages.close();
      throw e;
    }
  }

  private void resize(long entries) {
    Started old = started();
    KernelPages ringPages = device.kernel().allocatePages(RingBuffer.pagesFor(entries));
    RingBuffer ring = RingBuffer.layOut(ringPages, entries);
    try {
      ringReady(ringPages.gpa(), entries);
    } catch (RuntimeException | Error e) {
      ringPages.close();
      throw e;
    }
    started = new Started(ringPages, ring, old.requests, old.notifier);
    old.ringPages.close();
  }

  /** The ranges in the request area, checked, as the process can write anything there. */
  private PageSet requested(long count) {
    KernelPages ranges = started().requests;
    if (count < 0 || count > RingDevice.MAX_REQUESTS) {
      throw new IllegalArgumentException(
          "%s: count of ranges is %d, wanted 0 to %d"
              .formatted(device.name(), count, RingDevice.MAX_REQUESTS));
    }
    PageSet.Builder builder = PageSet.builder();
    for (int i = 0; i < count; i++) {
      long start = ranges.getLong(16L * i);
      long end = ranges.getLong(16L * i + 8);
      if ((start & 0xFFF) != 0
          || (end & 0xFFF) != 0
          || start < 0
          || start >= end
          || end > RingDevice.END_OF_MEMORY) {
        throw new IllegalArgumentException(
            "%s: range %d is 0x%x to 0x%x, wanted whole pages below 0x%x"
                .formatted(device.name(), i, start, end, RingDevice.END_OF_MEMORY));
      }
      builder.add(start, end);
    }
    return builder.build();
  }

  private void armRequested(PageSet pages) {
    armed.add(pages);
    arm(pages);
  }

  private void disarmRequested(PageSet pages) {
    armed.remove(pages);
  }

  private void deactivate() {
    Started old = started();
    device.kernel().count(Event.IOCTL_DEACTIVATE_PML, 1);
    try {
      finish();
    } finally {
      release(old);
    }
  }

  private void release(Started old) {
    started = null;
    armed.clear();
    try {
      old.notifier.close();
    } finally {
      old.ringPages.close();
      old.requests.close();
    }
  }

  private Started started() {
    if (started == null) {
      throw new IllegalStateException(device.name() + ": not started, wanted init first");
    }
    return started;
  }
}
