package dev.ooh.linux.scan;

import dev.ooh.linux.call.CallException;
import dev.ooh.memory.PageSet;

/**
 * Pages of private file mappings that this process wrote, and so has copies of. When such a copy is
 * discarded the kernel leaves its mark behind, for a file that it takes to be unchanged; but the
 * page reads as its file again. So a copy that is no longer there counts as changed.
 *
 * <p>One that is out in swap can't be told from one that is gone, and is in every report.
 */
final class PrivateCopies {
  private final PagemapScan pages;
  private PageSet watched = PageSet.empty();
  private PageSet known = PageSet.empty();

  PrivateCopies(PagemapScan pages) {
    this.pages = pages;
  }

  /** Watches more pages, of private file mappings. */
  void watch(PageSet more) {
    watched = watched.union(more);
  }

  void forget(PageSet gone) {
    watched = watched.minus(gone);
    known = known.minus(gone);
  }

  /** These are about to be marked: a copy that is out in swap then can't be told from a hole. */
  void marking(PageSet armed) throws CallException {
    known = known.union(find(Selection.COPIES_AND_SWAPPED, armed.intersect(watched)));
  }

  /** What is no copy now, of the pages that were when this was last asked, or out in swap. */
  PageSet lost(PageSet scanned) throws CallException {
    PageSet here = scanned.intersect(watched);
    PageSet copies = find(Selection.COPIES, here);
    PageSet lost = known.intersect(here).minus(copies);
    known = known.union(copies);
    return lost;
  }

  private PageSet find(Selection selection, PageSet ranges) throws CallException {
    PageSet.Builder found = PageSet.builder();
    for (int run = 0; run < ranges.runCount(); run++) {
      pages.find(selection, ranges.runStart(run), ranges.runEnd(run), 0, found);
    }
    return found.build();
  }
}
