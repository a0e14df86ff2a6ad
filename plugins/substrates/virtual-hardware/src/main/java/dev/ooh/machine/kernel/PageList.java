package dev.ooh.machine.kernel;

import java.util.Arrays;
import java.util.function.LongConsumer;

/** A growing list of addresses. */
final class PageList {
  private long[] pages = new long[64];
  private int size;

  void add(long page) {
    if (size == pages.length) {
      pages = Arrays.copyOf(pages, 2 * size);
    }
    pages[size++] = page;
  }

  /** Passes all on, in order of arrival, and forgets them. */
  void drain(LongConsumer sink) {
    for (int i = 0; i < size; i++) {
      sink.accept(pages[i]);
    }
    size = 0;
  }

  void removeRange(long start, long end) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (pages[i] < start || pages[i] >= end) {
        pages[kept++] = pages[i];
      }
    }
    size = kept;
  }
}
