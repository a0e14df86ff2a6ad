package dev.ooh.tracking.core.internal;

import dev.ooh.memory.PageSet;

/** Widens ranges to pages: what techniques arm and report. */
final class WholePages {
  private static final long PAGE = PageSet.PAGE_SIZE;

  private WholePages() {}

  static PageSet of(PageSet ranges) {
    if (isWhole(ranges)) {
      return ranges;
    }
    PageSet.Builder pages = PageSet.builder();
    ranges.forEachRun((start, end) -> pages.add(start & -PAGE, (end + PAGE - 1) & -PAGE));
    return pages.build();
  }

  private static boolean isWhole(PageSet ranges) {
    long bits = 0;
    for (int run = 0; run < ranges.runCount(); run++) {
      bits |= ranges.runStart(run) | ranges.runEnd(run);
    }
    return (bits & (PAGE - 1)) == 0;
  }
}
