package dev.ooh.gc.plan;

/**
 * Whether collecting still pays while memory runs out again and again. Tracing a nearly full heap
 * for a few percent of it takes nearly all of a program's time, so that it is better told that
 * memory is exhausted. By bytes and not by time: the verdict repeats. Under the heap's lock.
 */
final class OverheadLimit {
  /** Full cycles in a row that must have been futile. */
  static final int CYCLES = 5;

  /**
   * Futile is a cycle that leaves less than one part of the heap in so many free, after less than
   * that was allocated since the one before. Tracing the rest takes some fifty times as long as
   * allocating so much.
   */
  static final int SHARE = 20;

  private final long least;
  private long allocated;
  private int futile;

  OverheadLimit(long maxBytes) {
    least = maxBytes / SHARE;
  }

  void allocated(long bytes) {
    allocated += bytes;
  }

  /** After a full cycle that came because memory had run out. */
  void ranOut(long freeBytes) {
    futile = allocated < least && freeBytes < least ? futile + 1 : 0;
    allocated = 0;
  }

  boolean isExceeded() {
    return futile >= CYCLES;
  }
}
