package dev.ooh.barrier.card;

import dev.ooh.memory.PageSet;
import java.util.Arrays;

/** Collects runs in ascending order. */
final class Runs {
  private long[] bounds = new long[64];
  private int length;

  void add(long start, long end) {
    if (length > 0 && bounds[length - 1] == start) {
      bounds[length - 1] = end;
      return;
    }
    if (length == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * length);
    }
    bounds[length++] = start;
    bounds[length++] = end;
  }

  PageSet build() {
    return PageSet.ofSortedBounds(bounds, length);
  }
}
