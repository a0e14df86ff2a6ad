package dev.ooh.linux.userfault;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.monitor.Monitor;
import dev.ooh.linux.scan.PagemapScan;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SnapshotException;
import dev.ooh.tracking.facility.FacilityException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot by a {@link Monitor}. Pages that a writer came to first are saved by the monitor in a
 * buffer that both processes have; all others are read here, and released then. A page stays
 * protected when it is released, for the technique that waits for its next write.
 */
final class MonitoredSnapshot implements CopyBeforeWrite.Snapshot {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private final MonitoredDescriptor descriptor;
  private final PageSet pages;
  private final Monitor monitor;
  private final LinuxCalls calls = new LinuxCalls();
  private final PagemapScan scan;
  private final int buffer;
  private final long slots;
  private final MemorySegment page = Arena.ofAuto().allocate(PAGE, Long.BYTES);
  private PageSet late = PageSet.empty();
  private boolean begun;

  /** Whether all pages were found to be protected since it began, or written. */
  private boolean checked;

  private CopyBeforeWrite.@Nullable Waits waits;

  /** Bytes of the buffer that copies took, once it has ended. */
  private long used;

  MonitoredSnapshot(MonitoredDescriptor descriptor, PageSet pages, long mostBytes)
      throws SnapshotException {
    this.descriptor = descriptor;
    this.pages = pages;
    monitor = descriptor.monitor();
    slots = Math.max(1, mostBytes / PAGE);
    int memory = -1;
    int lent = -1;
    PagemapScan scanning = null;
    boolean done = false;
    try {
      scanning = new PagemapScan();
      memory = calls.open("/proc/self/mem", MappingFlags.O_RDONLY);
      lent = descriptor.buffer().lend(slots * PAGE);
      monitor.prepareSnapshot(pages, slots, memory, lent);
      done = true;
    } catch (CallException | FacilityException e) {
      throw new SnapshotException("prepare a snapshot: " + e.getMessage(), e);
    } finally {
      if (memory >= 0) {
        calls.closeDescriptor(memory);
      }
      if (!done) {
        if (lent >= 0) {
          descriptor.buffer().giveBack();
        }
        if (scanning != null) {
          scanning.close();
        }
        calls.close();
      }
    }
    buffer = lent;
    scan = scanning;
  }

  /** This, as long as it has not begun: what is closed then is the preparation alone. */
  CopyBeforeWrite.Prepared prepared() {
    return new CopyBeforeWrite.Prepared() {
      @Override
      public CopyBeforeWrite.Snapshot begin() throws SnapshotException {
        return MonitoredSnapshot.this.begin();
      }

      @Override
      public void close() {
        if (!begun) {
          end();
        }
      }
    };
  }

  private CopyBeforeWrite.Snapshot begin() throws SnapshotException {
    try {
      late = descriptor.beginSnapshot(monitor, pages);
      begun = true;
      return this;
    } catch (FacilityException e) {
      throw new SnapshotException("begin a snapshot: " + e.getMessage(), e);
    }
  }

  @Override
  public PageSet late() {
    return late;
  }

  @Override
  public void release(PageSet pages) throws SnapshotException {
    try {
      checkAll();
      monitor.forgo(pages);
    } catch (CallException | FacilityException e) {
      throw failed(e);
    }
  }

  @Override
  public void settle(long address, byte[] copied, int offset, int length) throws SnapshotException {
    PageSet asked = PageSet.of(address, address + length);
    try {
      checkAll();
      PageSet unmarked = scan.unmarked(asked); // since they were read; before their release
      long[] saved = monitor.release(asked);
      PageSet.Builder written = PageSet.builder();
      for (int i = 0; i < saved.length; i += 2) {
        written.addPage(saved[i]);
        read(saved[i + 1], copied, offset + (int) (saved[i] - address));
      }
      check(unmarked.minus(written.build()));
    } catch (CallException | FacilityException e) {
      throw failed(e);
    }
  }

  private SnapshotException failed(Exception e) {
    boolean full = e.getCause() instanceof CallException call && call.errno() == Errno.ENOSPC;
    String why =
        full
            ? "writers came first to more than the %d bytes that may hold copies"
                .formatted(slots * PAGE)
            : e.getMessage();
    return new SnapshotException("snapshot: " + why, e);
  }

  /**
   * A page that lost its protection before this began was told to nobody: whoever asks next what
   * changed would protect it again and hide it. Once, while writers go on.
   */
  private void checkAll() throws CallException, FacilityException, SnapshotException {
    if (!checked) {
      check(monitor.owed(scan.unmarked(pages.union(late))));
      checked = true;
    }
  }

  private void check(PageSet unprotected) throws SnapshotException {
    PageSet lost = unprotected.union(descriptor.lostOfSnapshot());
    if (!lost.isEmpty()) {
      throw new SnapshotException(
          "snapshot: pages lost their protection without a write, as by madvise: " + lost);
    }
  }

  private void read(long slot, byte[] target, int offset) throws CallException {
    if (calls.pread(buffer, page, PAGE, slot * PAGE) != PAGE) {
      throw CallException.of("pread of slot %d of the buffer".formatted(slot), Errno.EFAULT);
    }
    MemorySegment.copy(page, ValueLayout.JAVA_BYTE, 0, target, offset, PAGE);
  }

  @Override
  public CopyBeforeWrite.Waits end() {
    CopyBeforeWrite.Waits known = waits;
    if (known == null) {
      try {
        known = endNow();
      } finally {
        waits = known == null ? CopyBeforeWrite.Waits.none() : known;
        descriptor.endSnapshot(monitor);
        if (begun) {
          descriptor.buffer().giveBack(used);
        } else {
          descriptor.buffer().giveBack();
        }
        scan.close();
        calls.close();
      }
    }
    return known;
  }

  private CopyBeforeWrite.Waits endNow() {
    try {
      long[] counts = monitor.endSnapshot();
      used = counts[4] * PAGE;
      return new CopyBeforeWrite.Waits(counts[0], counts[1], counts[2], counts[3]);
    } catch (FacilityException e) {
      return CopyBeforeWrite.Waits.none(); // it died, and its snapshot with it
    }
  }
}
