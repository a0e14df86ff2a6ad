package dev.ooh.linux.scan;

import static dev.ooh.linux.layout.PmScanArg.PM_SCAN_CHECK_WPASYNC;
import static dev.ooh.linux.layout.PmScanArg.PM_SCAN_WP_MATCHING;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.Remedy;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds what was written and write-protects it again, page by page in one atomic step. The mark of
 * that protection is in the page's entry, and goes when the kernel drops or replaces the entry. So
 * memory is scanned in two ways, told apart by blocks of 2 MiB, what one page table holds:
 *
 * <ul>
 *   <li><i>Fully armed</i> blocks carry a mark at every page, holes included: whatever is without
 *       one was written, or its entry was taken. Every block that had contents when it was armed is
 *       one of them, so its page table was there already.
 *   <li>Elsewhere everything was a hole when it was armed. Marks there would fill page tables for
 *       nothing: the first write makes an unmarked entry with contents, which counts as written.
 *       One that is gone again before the scan has left what was there: nothing.
 * </ul>
 *
 * <p>Shared memory and files have contents behind their holes, so all of it is fully armed.
 */
final class PagemapScanner implements WriteProtectScan.Scanner {
  private static final long BLOCK = 2L << 20;
  private static final long CHECKED = PM_SCAN_CHECK_WPASYNC;
  private static final long REARMED = PM_SCAN_CHECK_WPASYNC | PM_SCAN_WP_MATCHING;

  private final PagemapScan pages;
  private final AsyncUserfaultfd userfaultfd;
  private final PrivateCopies copies;
  private final ProcessMappings mappings;

  private final PageSet.Builder found = PageSet.builder();
  private PageSet fullyArmed = PageSet.empty();
  private @Nullable String lost;
  private boolean open = true;

  PagemapScanner(Architecture architecture) throws FacilityException {
    try {
      pages = new PagemapScan();
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.proc(e));
    }
    try {
      mappings = new ProcessMappings();
    } catch (FacilityException e) {
      pages.close();
      throw e;
    }
    try {
      userfaultfd = new AsyncUserfaultfd(architecture);
    } catch (FacilityException e) {
      mappings.close();
      pages.close();
      throw e;
    }
    copies = new PrivateCopies(pages);
  }

  @Override
  public void register(PageSet ranges) throws FacilityException {
    PageSet fresh = ranges.minus(userfaultfd.registered());
    if (!fresh.isEmpty()) {
      refuseDeviceMemory(fresh);
      lookUp(fresh);
      userfaultfd.register(fresh);
    }
  }

  /** The kernel registers it as any other, and then leaves it out of every scan. */
  private void refuseDeviceMemory(PageSet ranges) throws FacilityException {
    try {
      PageSet leftOut = ranges.minus(pages.walked(ranges));
      for (int run = 0; run < leftOut.runCount(); run++) {
        long start = leftOut.runStart(run);
        long end = leftOut.runEnd(run);
        if (isMapped(start, end)) {
          throw new FacilityException(
              CallException.of(
                  "track [0x%x, 0x%x), mapped device memory".formatted(start, end), Errno.EINVAL),
              Remedy.DEVICE);
        }
      }
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.scan(e));
    }
  }

  private void lookUp(PageSet ranges) throws FacilityException {
    MappingKinds kinds = mappings.kinds(ranges);
    fullyArmed = fullyArmed.union(kinds.shared()).union(kinds.privateFiles());
    copies.watch(kinds.privateFiles());
  }

  @Override
  public void unregister(PageSet ranges) {
    if (open) {
      userfaultfd.unregister(ranges);
      fullyArmed = fullyArmed.minus(ranges);
      copies.forget(ranges);
    }
  }

  @Override
  public PageSet scan(PageSet scan, PageSet rearm) throws FacilityException {
    if (!open) {
      throw new FacilityException("PAGEMAP_SCAN: the scanner is closed, wanted an open one");
    }
    try {
      PageSet changed = changed(scan, rearm);
      for (int run = 0; run < scan.runCount(); run++) {
        checkMapped(scan.runStart(run), scan.runEnd(run));
      }
      return changed;
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.scan(e));
    }
  }

  private PageSet changed(PageSet scan, PageSet rearm) throws CallException, FacilityException {
    PageSet full = rearm.intersect(fullyArmed);
    copies.marking(rearm);
    PageSet changed = find(Selection.UNMARKED, full, REARMED);
    PageSet fresh = find(Selection.UNMARKED_CONTENTS, rearm.minus(full), REARMED);
    if (!fresh.isEmpty()) {
      PageSet blocks = blocks(fresh).intersect(rearm).minus(full);
      // What was written since the line above is marked by this one, and must be told by it.
      changed =
          changed.union(fresh).union(find(Selection.UNMARKED_CONTENTS_AND_HOLES, blocks, REARMED));
      fullyArmed = fullyArmed.union(blocks);
    }
    if (!rearm.containsAll(scan)) {
      PageSet rest = scan.minus(rearm);
      PageSet fullRest = rest.intersect(fullyArmed);
      changed =
          changed
              .union(find(Selection.UNMARKED, fullRest, CHECKED))
              .union(find(Selection.UNMARKED_CONTENTS, rest.minus(fullRest), CHECKED));
    }
    return changed.union(copies.lost(scan));
  }

  private static PageSet blocks(PageSet pages) {
    PageSet.Builder blocks = PageSet.builder();
    pages.forEachRun((start, end) -> blocks.add(start & -BLOCK, (end + BLOCK - 1) & -BLOCK));
    return blocks.build();
  }

  private PageSet find(Selection selection, PageSet ranges, long flags)
      throws CallException, FacilityException {
    found.clear();
    PageSet foundAgain = PageSet.empty();
    for (int run = 0; run < ranges.runCount(); run++) {
      long start = ranges.runStart(run);
      long end = ranges.runEnd(run);
      try {
        pages.find(selection, start, end, flags, found);
      } catch (CallException e) {
        if (e.errno() != Errno.EPERM
            || !userfaultfd.registered().containsAll(PageSet.of(start, end))) {
          throw e;
        }
        takeBack(start, end);
        // What was found before the kernel refused is in it once more.
        PageSet.Builder again = PageSet.builder();
        pages.find(selection, start, end, flags, again);
        foundAgain = foundAgain.union(again.build());
      }
    }
    return found.build().union(foundAgain);
  }

  /**
   * Registers a range anew whose mapping is not the one that was registered. No mark of it stays:
   * the refused scan may have set some, in blocks that nobody notes as fully armed then.
   */
  private void takeBack(long start, long end) throws FacilityException {
    refuseDeviceMemory(PageSet.of(start, end));
    userfaultfd.registerAnew(start, end);
    lookUp(PageSet.of(start, end));
    lost =
        "the mapping of a part of [0x%x, 0x%x) was replaced or moved, not by the address space"
            .formatted(start, end);
  }

  /** A scan says nothing of addresses where nothing is mapped. */
  private void checkMapped(long start, long end) throws CallException {
    if (!isMapped(start, end)) {
      lost =
          "a part of [0x%x, 0x%x) was unmapped or moved away, not by the address space"
              .formatted(start, end);
    }
  }

  private boolean isMapped(long start, long end) throws CallException {
    try {
      pages.checkMapped(start, end);
      return true;
    } catch (CallException e) {
      if (e.errno() != Errno.ENOMEM) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public Optional<String> lost() {
    Optional<String> reason = Optional.ofNullable(lost);
    lost = null;
    return reason;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      userfaultfd.close();
      mappings.close();
      pages.close();
    }
  }
}
