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

  synchronized long[] take() {
    long[] taken = Arrays.copyOf(pages, count);
    count = 0;
    return taken;
  }
}
