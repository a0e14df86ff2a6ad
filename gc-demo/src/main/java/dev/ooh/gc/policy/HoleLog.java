package dev.ooh.gc.policy;

import java.util.Arrays;

/** Holes that a thread entered since the last cycle. Used by it, or while it is stopped. */
final class HoleLog {
  private static final int FIRST_SIZE = 64;

  /** Start and end of each. */
  private long[] bounds = new long[FIRST_SIZE];

  private int length;

  /** Is shown holes. */
  @FunctionalInterface
  interface Visitor {
    void hole(long start, long end);
  }

  void add(long start, long end) {
    if (length == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * length);
    }
    bounds[length++] = start;
    bounds[length++] = end;
  }

  void addAll(HoleLog other) {
    other.forEach(this::add);
  }

  void forEach(Visitor visitor) {
    for (int i = 0; i < length; i += 2) {
      visitor.hole(bounds[i], bounds[i + 1]);
    }
  }

  void clear() {
    length = 0;
  }
}
