package dev.ooh.linux.scan;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.layout.PageRegion;
import dev.ooh.linux.layout.PmScanArg;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The calls of {@code ioctl(PAGEMAP_SCAN)} over this process (Documentation/admin-guide/mm/
 * pagemap.rst). One thread at a time.
 */
public final class PagemapScan implements AutoCloseable {
  /** Few enough that their copies stay in the first caches. */
  private static final int REGIONS = 1024;

  private final LinuxCalls calls = new LinuxCalls();

  /** Freed by the collector: closing a shared arena stops every thread for a moment. */
  private final Arena arena = Arena.ofAuto();

  private final MemorySegment argument = arena.allocate(PmScanArg.BYTES, Long.BYTES);
  private final MemorySegment vector =
      arena.allocate((long) REGIONS * PageRegion.BYTES, Long.BYTES);
  private final long[] words = new long[REGIONS * PageRegion.WORDS];
  private final int pagemap;

  public PagemapScan() throws CallException {
    try {
      pagemap = calls.open("/proc/self/pagemap", MappingFlags.O_RDONLY);
    } catch (CallException e) {
      calls.close();
      throw e;
    }
  }

  /** What is unmarked of ranges that anybody protects, in whichever mode; protects nothing. */
  public PageSet unmarked(PageSet ranges) throws CallException {
    return find(Selection.UNMARKED, ranges);
  }

  /** What of {@code ranges} scans tell anything of. */
  PageSet walked(PageSet ranges) throws CallException {
    return find(Selection.WALKED, ranges);
  }

  /** What of {@code ranges} lies in huge pages that are in one piece. */
  public PageSet hugePages(PageSet ranges) throws CallException {
    return find(Selection.HUGE, ranges);
  }

  /** What of private memory was written since it was mapped, and is in memory. */
  public PageSet own(PageSet ranges) throws CallException {
    return find(Selection.OWN, ranges);
  }

  /** As {@link #own}, and what is out in swap; of ranges that nobody ever protected. */
  public PageSet ownOrSwapped(PageSet ranges) throws CallException {
    return find(Selection.OWN_OR_SWAPPED, ranges);
  }

  private PageSet find(Selection selection, PageSet ranges) throws CallException {
    PageSet.Builder found = PageSet.builder();
    for (int run = 0; run < ranges.runCount(); run++) {
      find(selection, ranges.runStart(run), ranges.runEnd(run), 0, found);
    }
    return found.build();
  }

  /**
   * Adds what is found of one range, in ascending order.
   *
   * <p>The kernel's own walk_end is stale once an answer has more than 512 regions, so a full
   * vector is followed up from the end of its last region.
   *
   * @param flags of {@link PmScanArg}
   */
  void find(Selection selection, long start, long end, long flags, PageSet.Builder found)
      throws CallException {
    selection.select(argument, vector, REGIONS);
    long from = start;
    int count;
    do {
      PmScanArg.range(argument, flags, from, end);
      long at = from;
      count =
          calls.ioctl(
              pagemap,
              PmScanArg.PAGEMAP_SCAN,
              argument,
              () -> "PAGEMAP_SCAN [0x%x, 0x%x), %d bytes".formatted(at, end, end - at));
      from = count == 0 ? end : PageRegion.end(vector, count - 1);
      selection.addTo(found, vector, count, words);
    } while (count == REGIONS && from < end);
  }

  /** Fails with ENOMEM unless all of the range is mapped. */
  public void checkMapped(long start, long end) throws CallException {
    calls.checkMapped(start, end - start);
  }

  @Override
  public void close() {
    calls.closeDescriptor(pagemap);
    calls.close();
  }
}
