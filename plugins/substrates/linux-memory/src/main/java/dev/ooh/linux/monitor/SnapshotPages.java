package dev.ooh.linux.monitor;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The pages of a snapshot, and what became of each. Asked for before the snapshot begins, as runs,
 * so that a gigabyte costs the stopped writers nothing; those that changed since are added when it
 * does. For one thread at a time.
 */
final class SnapshotPages {
  private static final long PAGE = FaultHandler.PAGE;

  /** Of {@link #state}: its contents are those of the snapshot. */
  static final int OWED = 0;

  /** Of {@link #state}: it was read, and its contents are of no more interest. */
  static final int RELEASED = -1;

  /** start0, end0, start1, end1, …, ascending. */
  private final long[] bounds;

  /** For each run the index of its first page. */
  private final int[] first;

  /** OWED, RELEASED, or 1 + the slot that holds the contents; the late ones in an array of own. */
  private final int[] states;

  private long[] late = {};
  private int[] lateStates = {};

  SnapshotPages(long[] bounds) {
    this.bounds = bounds;
    first = new int[bounds.length / 2];
    long pages = 0;
    for (int run = 0; run < first.length; run++) {
      first[run] = Math.toIntExact(pages);
      pages += (bounds[2 * run + 1] - bounds[2 * run]) / PAGE;
    }
    states = new int[Math.toIntExact(pages)];
  }

  /**
   * Adds pages to those that were asked for.
   *
   * @param runs start, end, …, ascending and apart
   */
  void add(long[] runs) {
    LongStream.Builder others = LongStream.builder();
    for (int run = 0; run < runs.length; run += 2) {
      for (long page = runs[run]; page < runs[run + 1]; ) {
        int bound = boundBefore(page);
        if (isStart(bound)) {
          page = bounds[bound + 1];
        } else {
          others.add(page);
          page += PAGE;
        }
      }
    }
    late = others.build().toArray();
    lateStates = new int[late.length];
  }

  /** The page's place; -1 if it is not in the snapshot. */
  int index(long page) {
    int bound = boundBefore(page);
    if (isStart(bound)) {
      return first[bound / 2] + (int) ((page - bounds[bound]) / PAGE);
    }
    int extra = Arrays.binarySearch(late, page);
    return extra < 0 ? -1 : states.length + extra;
  }

  /** The last bound at {@code page} or before it; -1 if there is none. */
  private int boundBefore(long page) {
    int at = Arrays.binarySearch(bounds, page);
    return at >= 0 ? at : -at - 2;
  }

  /** Whether what follows this bound is in a run. */
  private static boolean isStart(int bound) {
    return bound >= 0 && (bound & 1) == 0;
  }

  int state(int index) {
    return index < states.length ? states[index] : lateStates[index - states.length];
  }

  void state(int index, int state) {
    if (index < states.length) {
      states[index] = state;
    } else {
      lateStates[index - states.length] = state;
    }
  }
}
