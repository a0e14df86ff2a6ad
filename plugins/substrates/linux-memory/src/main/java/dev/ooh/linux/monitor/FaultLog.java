package dev.ooh.linux.monitor;

import java.util.Arrays;

/**
 * The pages that faulted, in order. A page is added before its writer goes on, and comes out of
 * {@link #take} once. Grows with the number of faults between two takes.
 */
final class FaultLog {
  /** In an entry: it is of a whole block of {@link FaultHandler#BLOCK}, not of a page. */
  static final long WHOLE_BLOCK = 1;

  private long[] entries = new long[4096];
  private int count;

  synchronized void add(long page) {
    if (count == entries.length) {
      entries = Arrays.copyOf(entries, 2 * count);
    }
    entries[count++] = page;
  }

  /** Adds each page of the block that starts there. */
  synchronized void addBlock(long block) {
    add(block | WHOLE_BLOCK);
  }

  /** What {@link #take} would return, as runs, ascending and apart: start, end, … It stays. */
  synchronized long[] runs() {
    long[] sorted = Arrays.copyOf(entries, count);
    Arrays.sort(sorted);
    long[] bounds = new long[2 * count];
    int used = 0;
    for (long entry : sorted) {
      long start = entry & -FaultHandler.PAGE;
      long end = start + ((entry & WHOLE_BLOCK) == 0 ? FaultHandler.PAGE : FaultHandler.BLOCK);
      if (used > 0 && start <= bounds[used - 1]) {
        bounds[used - 1] = Math.max(bounds[used - 1], end);
      } else {
        bounds[used++] = start;
        bounds[used++] = end;
      }
    }
    return Arrays.copyOf(bounds, used);
  }

  /** Starts of pages, and of blocks with {@link #WHOLE_BLOCK}. */
  synchronized long[] take() {
    long[] taken = Arrays.copyOf(entries, count);
    count = 0;
    return taken;
  }
}
