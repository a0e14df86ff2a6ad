package dev.ooh.spml.lib;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.DeviceMapping;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.PageSet;
import dev.ooh.spml.module.RingBuffer;
import dev.ooh.spml.module.SpmlDevice;
import org.jspecify.annotations.Nullable;

/** OoH Lib for SPML: the device from the side of the process that opened it. */
public final class OohLib implements AutoCloseable {
  private final MachineExtensions machine;
  private final DeviceFile file;
  private final ReverseMap reverseMap;
  private @Nullable DeviceMapping ring;
  private @Nullable DeviceMapping requests;
  private long capacity;
  private long tail;
  private long droppedBefore;

  /**
   * What a {@link #collect} found.
   *
   * @param entries how many entries were in the ring
   * @param pages the distinct pages they lead to
   * @param unresolved how many entries lead to no page of the process any more
   * @param dropped how many more there were no room for
   */
  public record Collected(int entries, PageSet pages, long unresolved, long dropped) {}

  /**
   * Opens the device.
   *
   * @param reuse whether a GPA resolved once is not paid for again
   * @throws IllegalStateException if the process has it open already
   */
  public OohLib(MachineExtensions machine, boolean reuse) {
    this.machine = machine;
    this.reverseMap = new ReverseMap(machine, reuse);
    this.file = machine.open(SpmlDevice.NAME);
  }

  /** How many entries the ring holds; 0 before {@link #init}. */
  public long capacity() {
    return capacity;
  }

  /** Starts logging, with a ring of {@code entries}. Nothing is armed. */
  public void init(long entries) {
    file.ioctl(SpmlDevice.INIT, entries);
    requests = file.mmap(SpmlDevice.REQUESTS);
    mapRing();
  }

  /** Replaces the ring. Entries not yet collected are lost, so collect first. */
  public void resize(long entries) {
    file.ioctl(SpmlDevice.RESIZE, entries);
    mapRing();
  }

  /**
   * Pauses logging and takes everything that was logged. To be called on the machine's CPU, in one
   * step with {@link #resume}.
   */
  public Collected collect() {
    file.ioctl(SpmlDevice.COLLECT, 0);
    DeviceMapping mapping = started(ring);
    long head = mapping.getLong(RingBuffer.HEAD_OFFSET);
    int count = (int) (head - tail);
    long[] entries = new long[count];
    int first = (int) Math.min(count, capacity - tail % capacity);
    mapping.getLongs(RingBuffer.ENTRIES_OFFSET + 8 * (tail % capacity), entries, 0, first);
    mapping.getLongs(RingBuffer.ENTRIES_OFFSET, entries, first, count - first);
    tail = head;
    mapping.setLong(RingBuffer.TAIL_OFFSET, tail);
    machine.count(Event.RING_BUFFER_COPY, count);
    long droppedNow = mapping.getLong(RingBuffer.DROPPED_OFFSET);
    long dropped = droppedNow - droppedBefore;
    droppedBefore = droppedNow;
    long unresolvedBefore = reverseMap.unresolved();
    PageSet pages = resolve(entries);
    return new Collected(count, pages, reverseMap.unresolved() - unresolvedBefore, dropped);
  }

  private PageSet resolve(long[] entries) {
    for (long entry : entries) {
      if (RingBuffer.isVirtual(entry)) {
        reverseMap.add(RingBuffer.page(entry));
      } else {
        reverseMap.addPhysical(RingBuffer.page(entry));
      }
    }
    int count = reverseMap.count();
    return PageSet.ofPages(reverseMap.take(), count);
  }

  /** Makes the next write to each of the pages be logged. */
  public void arm(PageSet pages) {
    DeviceMapping area = started(requests);
    for (int run = 0; run < pages.runCount(); ) {
      int count = Math.min(SpmlDevice.MAX_REQUESTS, pages.runCount() - run);
      for (int i = 0; i < count; i++, run++) {
        area.setLong(16L * i, pages.runStart(run));
        area.setLong(16L * i + 8, pages.runEnd(run));
      }
      file.ioctl(SpmlDevice.ARM, count);
    }
  }

  /** Ends the pause that {@link #collect} began. */
  public void resume() {
    file.ioctl(SpmlDevice.RESUME, 0);
  }

  /** Stops logging and closes the device. Closing twice does nothing. */
  @Override
  public void close() {
    try {
      if (ring != null) {
        ring = null;
        requests = null;
        // The device of a process that has ended is closed already.
        if (machine.process().isAlive()) {
          file.ioctl(SpmlDevice.DEACTIVATE, 0);
        }
      }
    } finally {
      file.close();
    }
  }

  private void mapRing() {
    DeviceMapping mapping = file.mmap(SpmlDevice.RING);
    ring = mapping;
    capacity = mapping.getLong(RingBuffer.CAPACITY_OFFSET);
    tail = 0;
    droppedBefore = 0;
  }

  private static DeviceMapping started(@Nullable DeviceMapping mapping) {
    if (mapping == null) {
      throw new IllegalStateException(SpmlDevice.NAME + ": not started, wanted init first");
    }
    return mapping;
  }
}
