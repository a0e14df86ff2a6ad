package dev.ooh.gc.plan;

/**
 * When to collect, and how much. Under the heap's lock.
 *
 * <p>A young cycle's pause is proportional to what survives, so one is due when so much was
 * allocated that {@link dev.ooh.gc.HeapOptions#allocationBytes} are expected to; or some times as
 * much when hardly anything is. The first cycles come sooner: they run code that is not compiled
 * yet. Where old objects on many pages must be visited, as when nobody tells which changed, cycles
 * are rarer, or they would be most of the work. A full one is due when young ones have let old
 * objects double.
 */
final class Pacer {
  /** Times the least allocation: the most. Much more would not fit a processor's last cache. */
  private static final int SPAN = 4;

  /** Old objects may double, but from no less than so many times the least allocation. */
  private static final int LEAST_GROWTH = 2;

  /** The first budget is the least by so much. */
  private static final int FIRST_SHARE = 16;

  private static final double RAMP = 1.5;

  /** Bytes of old objects' pages to visit for one of allocation, at most. */
  private static final int VISITED_A_BYTE = 4;

  private final long least;
  private final long most;
  private long allocated;
  private long budget;

  /** The budget when everything survives, until it has reached the least. */
  private long ramp;

  private double survival = 1;
  private long fullAbove;

  /**
   * @param least bytes to allocate between cycles at least
   */
  Pacer(long least) {
    // A limit at which nothing overflows.
    this.least = Math.min(least, Long.MAX_VALUE / 16);
    most = this.least * SPAN;
    ramp = Math.max(1, this.least / FIRST_SHARE);
    budget = ramp;
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
   * @param visited bytes of the pages that were searched for old objects
   */
  void youngDone(long survived, long visited) {
    if (allocated > 0) {
      // Falls slowly, as a burst of survivors makes a long pause.
      survival = Math.max(Math.min(1, (double) survived / allocated), survival / 2);
    }
    ramp = Math.min(least, (long) Math.ceil(ramp * RAMP));
    long bySurvival = Math.clamp((long) (ramp / Math.max(survival, 1e-3)), ramp, most);
    budget = Math.max(bySurvival, visited / VISITED_A_BYTE);
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
