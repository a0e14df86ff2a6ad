package dev.ooh.linux.scan;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.call.Remedy;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Classic soft-dirty bits of this process; on a kernel without them nothing ever reads as set. */
public final class PagemapSoftDirty implements SoftDirtyPagemap, AutoCloseable {
  /** Bit 55 of a pagemap entry (Documentation/admin-guide/mm/pagemap.rst). */
  private static final long SOFT_DIRTY = 1L << 55;

  private static final int ENTRIES = 64 * 1024;

  private final LinuxCalls calls = new LinuxCalls();

  /** Half a mebibyte that is zeroed first, so only for who uses it. */
  private @Nullable MemorySegment entries;

  /** Freed by the collector: closing a shared arena stops every thread for a moment. */
  private MemorySegment entries() {
    MemorySegment known = entries;
    if (known == null) {
      known = Arena.ofAuto().allocate((long) ENTRIES * Long.BYTES, Long.BYTES);
      entries = known;
    }
    return known;
  }

  @Override
  public synchronized PageSet readSoftDirty(PageSet ranges) throws FacilityException {
    PageSet.Builder found = PageSet.builder();
    int pagemap = open("/proc/self/pagemap", MappingFlags.O_RDONLY);
    try {
      for (int run = 0; run < ranges.runCount(); run++) {
        read(pagemap, ranges.runStart(run), ranges.runEnd(run), found);
      }
    } catch (CallException e) {
      throw new FacilityException(e);
    } finally {
      calls.closeDescriptor(pagemap);
    }
    return found.build();
  }

  private void read(int pagemap, long start, long end, PageSet.Builder found)
      throws CallException, FacilityException {
    MemorySegment target = entries();
    for (long at = start; at < end; ) {
      long pages = Math.min(ENTRIES, (end - at) / PageSet.PAGE_SIZE);
      long offset = at / PageSet.PAGE_SIZE * Long.BYTES;
      long bytes = calls.pread(pagemap, target, pages * Long.BYTES, offset);
      if (bytes != pages * Long.BYTES) {
        throw new FacilityException(
            "/proc/self/pagemap at 0x%x: found %d bytes, wanted %d"
                .formatted(at, bytes, pages * Long.BYTES));
      }
      for (long i = 0; i < pages; i++, at += PageSet.PAGE_SIZE) {
        if ((target.getAtIndex(ValueLayout.JAVA_LONG, i) & SOFT_DIRTY) != 0) {
          found.add(at, at + PageSet.PAGE_SIZE);
        }
      }
    }
  }

  @Override
  public synchronized void clearSoftDirty() throws FacilityException {
    int fd = open("/proc/self/clear_refs", MappingFlags.O_WRONLY);
    try {
      MemorySegment four = entries();
      four.set(ValueLayout.JAVA_BYTE, 0, (byte) '4');
      calls.pwrite(fd, four, 1, 0);
    } catch (CallException e) {
      throw new FacilityException("write 4 to /proc/self/clear_refs: " + e.getMessage(), e);
    } finally {
      calls.closeDescriptor(fd);
    }
  }

  private int open(String path, int flags) throws FacilityException {
    try {
      return calls.open(path, flags);
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.proc(e));
    }
  }

  @Override
  public synchronized void close() {
    calls.close();
  }
}
