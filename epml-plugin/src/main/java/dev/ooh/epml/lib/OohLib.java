package dev.ooh.epml.lib;

import dev.ooh.epml.module.EpmlDevice;
import dev.ooh.epml.module.RingBuffer;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.DeviceMapping;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.PageSet;
import org.jspecify.annotations.Nullable;

/** OoH Lib for EPML: the device from the side of the process that opened it. */
public final class OohLib implements AutoCloseable {
  private final MachineExtensions machine;
  private final DeviceFile file;
  private @Nullable DeviceMapping ring;
  private @Nullable DeviceMapping requests;
  private long capacity;
  private long tail;
  private long droppedBefore;

  /**
   * What a {@link #collect} found.
   *
   * @param entries how many entries were in the ring
   * @param pages the distinct pages they name
   * @param dropped how many more there were no room for
   */
  public record Collected(int entries, PageSet pages, long dropped) {}

  /**
   * Opens the device.
   *
   * @throws IllegalStateException if the process has it open already
   */
  public OohLib(MachineExtensions machine) {
    this.machine = machine;
    this.file = machine.open(EpmlDevice.NAME);
  }

  /** How many entries the ring holds; 0 before {@link #init}. */
  public long capacity() {
    return capacity;
  }

  /** Starts logging, with a ring of {@code entries}. Nothing is armed. */
  public void init(long entries) {
    file.ioctl(EpmlDevice.INIT, entries);
    requests = file.mmap(EpmlDevice.REQUESTS);
    mapRing();
  }

  /** Replaces the ring. Entries not yet collected are lost, so collect first. */
  public void resize(long entries) {
    file.ioctl(EpmlDevice.RESIZE, entries);
    mapRing();
  }

  /** Takes everything that was logged. */
  public Collected collect() {
    file.ioctl(EpmlDevice.COLLECT, 0);
    DeviceMapping mapping = started(ring);
    long head = mapping.getLong(RingBuffer.HEAD_OFFSET);
    int count = (int) (head - tail);
    long[] gvas = new long[count];
    int first = (int) Math.min(count, capacity - tail % capacity);
    mapping.getLongs(RingBuffer.ENTRIES_OFFSET + 8 * (tail % capacity), gvas, 0, first);
    mapping.getLongs(RingBuffer.ENTRIES_OFFSET, gvas, first, count - first);
    tail = head;
    mapping.setLong(RingBuffer.TAIL_OFFSET, tail);
    machine.count(Event.RING_BUFFER_COPY, count);
    long droppedNow = mapping.getLong(RingBuffer.DROPPED_OFFSET);
    long dropped = droppedNow - droppedBefore;
    droppedBefore = droppedNow;
    return new Collected(count, PageSet.ofPages(gvas, count), dropped);
  }

  /** Makes the next write to each of the pages be logged. */
  public void arm(PageSet pages) {
    DeviceMapping area = started(requests);
    for (int run = 0; run < pages.runCount(); ) {
      int count = Math.min(EpmlDevice.MAX_REQUESTS, pages.runCount() - run);
      for (int i = 0; i < count; i++, run++) {
        area.setLong(16L * i, pages.runStart(run));
        area.setLong(16L * i + 8, pages.runEnd(run));
      }
      file.ioctl(EpmlDevice.ARM, count);
    }
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
          file.ioctl(EpmlDevice.DEACTIVATE, 0);
        }
      }
    } finally {
      file.close();
    }
  }

  private void mapRing() {
    DeviceMapping mapping = file.mmap(EpmlDevice.RING);
    ring = mapping;
    capacity = mapping.getLong(RingBuffer.CAPACITY_OFFSET);
    tail = 0;
    droppedBefore = 0;
  }

  private static DeviceMapping started(@Nullable DeviceMapping mapping) {
    if (mapping == null) {
      throw new IllegalStateException(EpmlDevice.NAME + ": not started, wanted init first");
    }
    return mapping;
  }
}
