package dev.ooh.linux.scan;

import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_PFNZERO;
import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_PRESENT;
import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_SWAPPED;
import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_WRITTEN;
import static dev.ooh.linux.layout.PmScanArg.PM_SCAN_CHECK_WPASYNC;
import static dev.ooh.linux.layout.PmScanArg.PM_SCAN_WP_MATCHING;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.layout.PageRegion;
import dev.ooh.linux.layout.PmScanArg;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * {@code ioctl(PAGEMAP_SCAN)}: finds what was written and write-protects it again, page by page in
 * one atomic step (Documentation/admin-guide/mm/pagemap.rst).
 *
 * <p>Private memory is scanned where it is populated: a page without an entry was never written,
 * and protecting it would fill page tables for nothing. Its first write makes an unprotected entry,
 * which counts as written. Pages that read as the shared zero page are left out for the same
 * reason. Shared memory can lose its entries while dirty, so there every page is looked at and
 * markers tell.
 */
final class PagemapScanner implements WriteProtectScan.Scanner {
  /** Few enough that their copies stay in the first caches. */
  private static final int REGIONS = 1024;

  private final LinuxCalls calls = new LinuxCalls();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment argument = arena.allocate(PmScanArg.BYTES, Long.BYTES);
  private final MemorySegment vector =
      arena.allocate((long) REGIONS * PageRegion.BYTES, Long.BYTES);
  private final Supplier<PageSet> sharedPages;
  private final AsyncUserfaultfd userfaultfd;
  private final int pagemap;

  private final long[] words = new long[REGIONS * PageRegion.WORDS];

  private final PageSet.Builder found = PageSet.builder();
  private boolean open = true;

  PagemapScanner(Architecture architecture, Supplier<PageSet> sharedPages)
      throws FacilityException {
    this.sharedPages = sharedPages;
    int opened = -1;
    try {
      opened = calls.open("/proc/self/pagemap", MappingFlags.O_RDONLY);
      userfaultfd = new AsyncUserfaultfd(calls, arena, architecture);
    } catch (CallException e) {
      release(opened);
      throw new FacilityException(e, Remedy.proc(e));
    } catch (FacilityException e) {
      release(opened);
      throw e;
    }
    pagemap = opened;
  }

  @Override
  public void register(PageSet ranges) throws FacilityException {
    userfaultfd.register(ranges);
  }

  @Override
  public void unregister(PageSet ranges) {
    if (open) {
      userfaultfd.unregister(ranges);
    }
  }

  @Override
  public PageSet scan(PageSet scan, PageSet rearm) throws FacilityException {
    if (!open) {
      throw new FacilityException("PAGEMAP_SCAN: the scanner is closed, wanted an open one");
    }
    PageSet shared = sharedPages.get();
    found.clear();
    if (shared.isEmpty()) {
      return scanPrivate(scan, rearm);
    }
    PageSet result = scanPrivate(scan.minus(shared), rearm.minus(shared));
    return result.union(scanShared(scan.intersect(shared), rearm.intersect(shared)));
  }

  private PageSet scanPrivate(PageSet scan, PageSet rearm) throws FacilityException {
    PmScanArg.select(
        argument,
        PAGE_IS_PFNZERO,
        PAGE_IS_WRITTEN | PAGE_IS_PFNZERO,
        PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
        vector,
        REGIONS);
    return scanBoth(scan, rearm);
  }

  private PageSet scanShared(PageSet scan, PageSet rearm) throws FacilityException {
    PmScanArg.select(argument, 0, PAGE_IS_WRITTEN, 0, vector, REGIONS);
    return scanBoth(scan, rearm);
  }

  private PageSet scanBoth(PageSet scan, PageSet rearm) throws FacilityException {
    if (scan.equals(rearm)) {
      scanRuns(scan, PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC);
      return found.build();
    }
    scanRuns(rearm, PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC);
    PageSet armed = found.build();
    scanRuns(scan.minus(rearm), PM_SCAN_CHECK_WPASYNC);
    return armed.union(found.build());
  }

  private void scanRuns(PageSet ranges, long flags) throws FacilityException {
    for (int run = 0; run < ranges.runCount(); run++) {
      scanRun(ranges.runStart(run), ranges.runEnd(run), flags);
    }
  }

  /**
   * The kernel's own walk_end is stale once an answer has more than 512 regions, so a full vector
   * is followed up from the end of its last region.
   */
  private void scanRun(long start, long end, long flags) throws FacilityException {
    long from = start;
    int count;
    do {
      PmScanArg.range(argument, flags, from, end);
      long at = from;
      try {
        count =
            calls.ioctl(
                pagemap,
                PmScanArg.PAGEMAP_SCAN,
                argument,
                () -> "PAGEMAP_SCAN [0x%x, 0x%x), %d bytes".formatted(at, end, end - at));
      } catch (CallException e) {
        throw new FacilityException(e, Remedy.scan(e));
      }
      PageRegion.addTo(found, vector, count, words);
      from = count == 0 ? end : PageRegion.end(vector, count - 1);
    } while (count == REGIONS && from < end);
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      userfaultfd.close();
      release(pagemap);
    }
  }

  private void release(int fd) {
    if (fd >= 0) {
      calls.closeDescriptor(fd);
    }
    calls.close();
    arena.close();
  }
}
