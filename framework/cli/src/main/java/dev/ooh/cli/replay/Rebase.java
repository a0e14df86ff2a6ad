package dev.ooh.cli.replay;

import dev.ooh.memory.PageSet;

/**
 * Moves recorded addresses to where one region has them, without the gaps in between: run by run of
 * the extent, in ascending order.
 */
final class Rebase {
  private final PageSet extent;

  /** What is added to the addresses of each run. */
  private final long[] distance;

  /** The last set that was asked about, for the many intervals that ask about the same. */
  private PageSet last = PageSet.empty();

  private PageSet moved = PageSet.empty();

  /**
   * @param base where the first page of {@code extent} comes to
   */
  Rebase(PageSet extent, long base) {
    this.extent = extent;
    this.distance = new long[extent.runCount()];
    long next = base;
    for (int run = 0; run < distance.length; run++) {
      distance[run] = next - extent.runStart(run);
      next += extent.runEnd(run) - extent.runStart(run);
    }
  }

  /**
   * Where the pages are now.
   *
   * @param pages within the extent
   */
  PageSet move(PageSet pages) {
    if (pages == last) {
      return moved;
    }
    PageSet.Builder builder = PageSet.builder();
    int in = 0;
    for (int run = 0; run < pages.runCount(); run++) {
      while (extent.runEnd(in) <= pages.runStart(run)) {
        in++;
      }
      builder.add(pages.runStart(run) + distance[in], pages.runEnd(run) + distance[in]);
    }
    last = pages;
    moved = builder.build();
    return moved;
  }
}
