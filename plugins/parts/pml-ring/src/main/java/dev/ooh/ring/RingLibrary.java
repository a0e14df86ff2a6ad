package dev.ooh.ring;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.DeviceMapping;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.PageSet;
import org.jspecify.annotations.Nullable;

/** A {@link RingDevice} as the tracker that opened it uses it. By one thread at a time. */
public abstract class RingLibrary implements AutoCloseable {
  /** Entries beyond those that armed pages need: for frames that pages had before. */
  private static final long SPARE_ENTRIES = 512;

  private final MachineExtensions machine;
  private final String device;
  private final DeviceFile file;
  private @Nullable DeviceMapping ring;
  private @Nullable DeviceMapping requests;
  private long capacity;
  private long tail;
  private long droppedBefore;

  /** Pages that the device may still hold as armed, although they need not be reported. */
  private PageSet released = PageSet.empty();

  /**
   * What a {@link #collect} found.
   *
   * @param entries how many entries were in the ring
   * @param pages the distinct pages, or finer runs, they lead to
   * @param dropped for how many more there was no room
   */
  public record Collected(int entries, PageSet pages, long dropped) {}

  /**
   * Opens the device, and registers the tracked process where another one is its tracker.
   *
   * @throws IllegalStateException if the process has a tracker already, or may not be tracked by
   *     this one
   */
  protected RingLibrary(MachineExtensions machine, String device) {
    this.machine = machine;
    this.device = device;
    this.file = machine.open(device);
    GuestProcess tracked = machine.process();
    if (file.opener().pid() != tracked.pid()) {
      try {
        file.ioctl(RingDevice.TRACK, tracked.pid());
      } catch (RuntimeException | Error e) {
        file.close();
        throw e;
      }
    }
  }

  /** How many entries one armed page can take at most, until it is armed again. */
  protected abstract int entriesPerPage();

  /**
   * Finds the memory that entries of the ring stand for: distinct pages, or finer runs. May change
   * {@code entries}.
   */
  protected abstract PageSet resolve(long[] entries);

  /** A request of the technique's own. */
  protected final void request(int number) {
    file.ioctl(number, 0);
  }

  /** How many entries the ring holds; 0 before {@link #init}. */
  public final long capacity() {
    return capacity;
  }

  /**
   * Starts logging. Nothing is armed yet.
   *
   * @param entries of the ring, 1 to {@link RingBuffer#MAX_CAPACITY}
   */
  public final void init(long entries) {
    file.ioctl(RingDevice.INIT, entries);
    requests = file.mmap(RingDevice.REQUESTS);
    mapRing();
  }

  /** Replaces the ring by one of {@code entries}. What was not collected is lost. */
  public final void resize(long entries) {
    file.ioctl(RingDevice.RESIZE, entries);
    mapRing();
  }

  /**
   * Takes everything that was logged. To be called on the machine's CPU, in one step with {@link
   * #resume}.
   */
  public final Collected collect() {
    file.ioctl(RingDevice.COLLECT, 0);
    DeviceMapping mapping = started(ring);
    long head = mapping.getLong(RingBuffer.HEAD_OFFSET);
    // The process can write anything to the ring. A head that makes no sense counts as a loss.
    boolean sound = head - tail >= 0 && head - tail <= capacity;
    int count = sound ? (int) (head - tail) : 0;
    long[] entries = new long[count];
    int first = (int) Math.min(count, capacity - tail % capacity);
    mapping.getLongs(RingBuffer.ENTRIES_OFFSET + 8 * (tail % capacity), entries, 0, first);
    mapping.getLongs(RingBuffer.ENTRIES_OFFSET, entries, first, count - first);
    tail = head;
    mapping.setLong(RingBuffer.TAIL_OFFSET, tail);
    machine.count(Event.RING_BUFFER_COPY, count);
    long droppedNow = mapping.getLong(RingBuffer.DROPPED_OFFSET);
    long dropped = sound ? Math.max(0, droppedNow - droppedBefore) : 1;
    droppedBefore = droppedNow;
    PageSet pages = resolve(entries);
    released = released.union(pages);
    return new Collected(count, pages, dropped);
  }

  /** How many entries a ring has in which {@code pages}, armed, always find room. */
  public final long entriesFor(PageSet pages) {
    return SPARE_ENTRIES + entriesPerPage() * pages.pageCount();
  }

  /**
   * Makes the next write to each of the pages be logged, and disarms those that were collected or
   * {@linkplain #forget forgotten} and are not among them. The device arms whole pages, and a page
   * of which only a part was collected stays armed for the rest.
   */
  public final void arm(PageSet pages) {
    PageSet whole = pages.wholePages();
    request(RingDevice.DISARM, containedPages(released.minus(whole)));
    released = PageSet.empty();
    request(RingDevice.ARM, whole);
  }

  private static PageSet containedPages(PageSet runs) {
    PageSet.Builder pages = PageSet.builder();
    runs.forEachRun(
        (start, end) -> {
          long first = (start + PageSet.PAGE_SIZE - 1) & -PageSet.PAGE_SIZE;
          long last = end & -PageSet.PAGE_SIZE;
          if (first < last) {
            pages.add(first, last);
          }
        });
    return pages.build();
  }

  /** Pages that are unmapped; they are disarmed with the next {@link #arm}. */
  public final void forget(PageSet gone) {
    released = released.union(gone);
  }

  private void request(int number, PageSet pages) {
    DeviceMapping area = started(requests);
    for (int run = 0; run < pages.runCount(); ) {
      int count = Math.min(RingDevice.MAX_REQUESTS, pages.runCount() - run);
      for (int i = 0; i < count; i++, run++) {
        area.setLong(16L * i, pages.runStart(run));
        area.setLong(16L * i + 8, pages.runEnd(run));
      }
      file.ioctl(number, count);
    }
  }

  /** Ends the pause that {@link #collect} began, if it began one. */
  public void resume() {}

  /** Stops logging and closes the device. Closing twice does nothing. */
  @Override
  public final void close() {
    try {
      if (ring != null) {
        ring = null;
        requests = null;
        // The file of a process that has ended is closed already.
        if (file.isOpen()) {
          file.ioctl(RingDevice.DEACTIVATE, 0);
        }
      }
    } finally {
      file.close();
    }
  }

  private void mapRing() {
    DeviceMapping mapping = file.mmap(RingDevice.RING);
    ring = mapping;
    capacity = mapping.getLong(RingBuffer.CAPACITY_OFFSET);
    tail = 0;
    droppedBefore = 0;
  }

  private DeviceMapping started(@Nullable DeviceMapping mapping) {
    if (mapping == null) {
      throw new IllegalStateException(device + ": not started, wanted init first");
    }
    return mapping;
  }
}
