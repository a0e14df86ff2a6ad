package dev.ooh.linux.monitor;

import java.util.Arrays;

/**
 * The pages that faulted, in order. A page is added before its writer goes on, and comes out of
 * {@link #take} once. Grows with the number of faults between two takes.
 */
final class FaultLog {
  private long[] pages = new long[4096];
  private int count;

  synchronized void add(long page) {
    if (count == pages.length) {
      pages = Arrays.copyOf(pages, 2 * count);
    }
    pages[count++] = page;
  }

  /** Adds each page of the range. */
  synchronized void add(long start, long end) {
    for (long page = start; page < end; page += FaultHandler.PAGE) {
      add(page);
    }
  }

  /** What {@link #take} would return, each page once and ascending; it stays. */
  synchronized long[] distinct() {
    return Arrays.stream(pages, 0, count).sorted().distinct().toArray();
  }

  synchronized long[] take() {
    long[] taken = Arrays.copyOf(pages, count);
    count = 0;
    return taken;
  }
}
