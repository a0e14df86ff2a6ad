package dev.ooh.ring;

import dev.ooh.memory.PageSet;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of a process are watched, and which of them are armed: not reported since they were
 * armed last. A page is reported at the cost of a look-up; what is kept grows with the runs that
 * are watched and with the pages reported, not with the size of a sparse region.
 */
final class ArmedPages {
  private static final int PAGE_SHIFT = 12;
  private static final int CHUNK_SHIFT = 21;
  private static final int PAGES_PER_CHUNK = 1 << (CHUNK_SHIFT - PAGE_SHIFT);

  private PageSet watched = PageSet.empty();

  /** By {@code gva >>> CHUNK_SHIFT}: which of its 512 pages were reported; absent when none was. */
  private final Map<Long, BitSet> reported = new HashMap<>();

  /**
   * The chunk that was looked at last, and its number: neighbours are written one after another.
   */
  private @Nullable BitSet last;

  private long lastNumber;

  /** The run of {@link #watched} that was looked into last. */
  private long runStart;

  private long runEnd;

  /** Everything that was added and not removed since. */
  PageSet watched() {
    return watched;
  }

  /** Watches and arms the pages. */
  void add(PageSet pages) {
    if (!watched.containsAll(pages)) {
      watch(watched.union(pages));
    }
    pages.forEachRun(this::forgetReports);
  }

  /** Watches the pages no more. */
  void remove(PageSet pages) {
    watch(watched.minus(pages));
    pages.forEachRun(this::forgetReports);
  }

  void clear() {
    watch(PageSet.empty());
    reported.clear();
    last = null;
  }

  /** The page of {@code gva} is to be reported; false if it isn't armed. It is none any more. */
  boolean report(long gva) {
    if ((gva < runStart || gva >= runEnd) && !findRun(gva)) {
      return false;
    }
    BitSet chunk = chunk(gva >>> CHUNK_SHIFT);
    boolean isNew = !chunk.get(page(gva));
    chunk.set(page(gva));
    return isNew;
  }

  private boolean findRun(long gva) {
    int low = 0;
    int high = watched.runCount() - 1;
    while (low <= high) {
      int run = (low + high) >>> 1;
      if (gva < watched.runStart(run)) {
        high = run - 1;
      } else if (gva >= watched.runEnd(run)) {
        low = run + 1;
      } else {
        runStart = watched.runStart(run);
        runEnd = watched.runEnd(run);
        return true;
      }
    }
    return false;
  }

  private void watch(PageSet pages) {
    watched = pages;
    runEnd = 0;
  }

  private BitSet chunk(long number) {
    BitSet chunk = last;
    if (chunk == null || number != lastNumber) {
      chunk = reported.computeIfAbsent(number, n -> new BitSet(PAGES_PER_CHUNK));
      last = chunk;
      lastNumber = number;
    }
    return chunk;
  }

  private void forgetReports(long start, long end) {
    last = null; // it may go
    long first = start >>> CHUNK_SHIFT;
    long last = (end - 1) >>> CHUNK_SHIFT;
    if (last - first >= reported.size()) {
      reported.entrySet().removeIf(e -> isEmptyWithout(e.getKey(), e.getValue(), start, end));
      return;
    }
    for (long number = first; number <= last; number++) {
      BitSet chunk = reported.get(number);
      if (chunk != null && isEmptyWithout(number, chunk, start, end)) {
        reported.remove(number);
      }
    }
  }

  /** Clears the pages of {@code [start, end)} in the chunk {@code number}; whether none is left. */
  private static boolean isEmptyWithout(long number, BitSet chunk, long start, long end) {
    long chunkStart = number << CHUNK_SHIFT;
    long from = Math.max(start, chunkStart);
    long to = Math.min(end, chunkStart + (1L << CHUNK_SHIFT));
    if (from < to) {
      chunk.clear(
          (int) ((from - chunkStart) >>> PAGE_SHIFT), (int) ((to - chunkStart) >>> PAGE_SHIFT));
    }
    return chunk.isEmpty();
  }

  private static int page(long gva) {
    return (int) (gva >>> PAGE_SHIFT) & (PAGES_PER_CHUNK - 1);
  }
}
