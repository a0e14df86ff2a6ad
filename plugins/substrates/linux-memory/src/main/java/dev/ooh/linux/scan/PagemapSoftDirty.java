package dev.ooh.linux.scan;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.call.Remedy;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered.Unseen;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Classic soft-dirty bits of this process; on a kernel without them nothing ever reads as set. The
 * bit is in the page's entry and goes with it, so what entries hold is told beside it, and what
 * comes back as if nothing had happened is refused.
 */
public final class PagemapSoftDirty implements SoftDirtyPagemap, AutoCloseable {
  /** Bit 55 of a pagemap entry (Documentation/admin-guide/mm/pagemap.rst). */
  private static final long SOFT_DIRTY = 1L << 55;

  /** Bit 56: no other process, and no other page, has the same memory. */
  private static final long EXCLUSIVE = 1L << 56;

  /** Bit 61: a page of a file, or of shared memory. */
  private static final long FILE = 1L << 61;

  private static final long SWAPPED = 1L << 62;
  private static final long PRESENT = 1L << 63;

  private static final int ENTRIES = 64 * 1024;

  private final LinuxCalls calls = new LinuxCalls();
  private final Path process;
  private final SoftDirtyClears clears = SoftDirtyClears.OF_PROCESS;

  /** Half a mebibyte that is zeroed first, so only for who uses it. */
  private @Nullable MemorySegment entries;

  public PagemapSoftDirty() {
    this(Path.of("/proc/self"));
  }

  /**
   * @param process the folder of {@code pagemap}, {@code clear_refs} and {@code smaps}
   */
  PagemapSoftDirty(Path process) {
    this.process = process;
  }

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
    read(
        ranges,
        (entry, at) -> {
          if ((entry & SOFT_DIRTY) != 0) {
            found.addPage(at);
          }
        });
    return found.build();
  }

  @Override
  public synchronized Contents readContents(PageSet ranges) throws FacilityException {
    PageSet.Builder own = PageSet.builder();
    PageSet.Builder vague = PageSet.builder();
    read(
        ranges,
        (entry, at) -> {
          if ((entry & SWAPPED) != 0) {
            own.addPage(at);
          } else if ((entry & PRESENT) != 0 && (entry & FILE) == 0) {
            ((entry & EXCLUSIVE) == 0 ? vague : own).addPage(at);
          }
        });
    return new Contents(own.build(), vague.build());
  }

  @Override
  public List<Unseen> refused(PageSet ranges) throws FacilityException {
    return ranges.isEmpty() ? List.of() : UntellableMappings.of(process.resolve("smaps"), ranges);
  }

  /** What is made of an entry of the page at an address. */
  private interface Entry {
    void of(long entry, long at);
  }

  private void read(PageSet ranges, Entry each) throws FacilityException {
    if (ranges.isEmpty()) {
      return;
    }
    int pagemap = open("pagemap", MappingFlags.O_RDONLY);
    try {
      for (int run = 0; run < ranges.runCount(); run++) {
        read(pagemap, ranges.runStart(run), ranges.runEnd(run), each);
      }
    } catch (CallException e) {
      throw new FacilityException(e);
    } finally {
      calls.closeDescriptor(pagemap);
    }
  }

  private void read(int pagemap, long start, long end, Entry each)
      throws CallException, FacilityException {
    MemorySegment target = entries();
    for (long at = start; at < end; ) {
      long pages = Math.min(ENTRIES, (end - at) / PageSet.PAGE_SIZE);
      long offset = at / PageSet.PAGE_SIZE * Long.BYTES;
      long bytes = calls.pread(pagemap, target, pages * Long.BYTES, offset);
      if (bytes != pages * Long.BYTES) {
        throw new FacilityException(
            "%s/pagemap at 0x%x: found %d bytes, wanted %d"
                .formatted(process, at, bytes, pages * Long.BYTES));
      }
      for (long i = 0; i < pages; i++, at += PageSet.PAGE_SIZE) {
        each.of(target.getAtIndex(ValueLayout.JAVA_LONG, i), at);
      }
    }
  }

  @Override
  public synchronized void clearSoftDirty() throws FacilityException {
    clears.clear(this::clear);
  }

  @Override
  public long clears() {
    return clears.count();
  }

  private void clear() throws FacilityException {
    int fd = open("clear_refs", MappingFlags.O_WRONLY);
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

  private int open(String name, int flags) throws FacilityException {
    try {
      return calls.open(process.resolve(name).toString(), flags);
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.proc(e));
    }
  }

  @Override
  public synchronized void close() {
    calls.close();
  }
}
