package dev.ooh.gc.plan;

/**
 * When to collect, and how much. Under the heap's lock.
 *
 * <p>A young cycle's pause is proportional to what survives, so one is due when so much was
 * allocated that {@link dev.ooh.gc.HeapOptions#allocationBytes} are expected to; or some times as
 * much when hardly anything is. A full one is due when young ones have let old objects double.
 */
final class Pacer {
  /** Times the least allocation: the most. Much more would not fit a processor's last cache. */
  private static final int SPAN = 4;

  /** Old objects may double, but from no less than so many times the least allocation. */
  private static final int LEAST_GROWTH = 2;

  private final long least;
  private final long most;
  private long allocated;
  private long budget;
  private double survival = 1;
  private long fullAbove;

  /**
   * @param least bytes to allocate between cycles at least
   */
  Pacer(long least) {
    // A limit at which nothing overflows.
    this.least = Math.min(least, Long.MAX_VALUE / 16);
    most = this.least * SPAN;
    budget = this.least;
    fullDone(0);
  }

  void allocated(long bytes) {
    allocated += bytes;
  }

  boolean isDue() {
    return allocated >= budget;
  }

  long allocated() {
    return allocated;
  }

  boolean isFullDue(long liveBytes) {
    return liveBytes > fullAbove;
  }

  /**
   * After a young cycle.
   *
   * @param survived of the bytes allocated before it
   */
  void youngDone(long survived) {
    if (allocated > 0) {
      // Falls slowly, as a burst of survivors makes a long pause.
      survival = Math.max(Math.min(1, (double) survived / allocated), survival / 2);
    }
    budget = Math.clamp((long) (least / Math.max(survival, 1e-3)), least, most);
    allocated = 0;
  }

  /** After a full cycle. */
  void fullDone(long liveBytes) {
    fullAbove = liveBytes + Math.max(liveBytes, least * LEAST_GROWTH);
    allocated = 0;
  }

  /** No cycle was possible: try again after as much allocation as led to this one. */
  void postpone() {
    allocated = 0;
  }
}
