package dev.ooh.gc.plan;

/**
 * When to collect, and how much. Under the heap's lock.
 *
 * <p>A young cycle's pause is proportional to what survives, so one is due when so much was
 * allocated that {@link dev.ooh.gc.HeapOptions#allocationBytes} are expected to; or some times as
 * much when hardly anything is. The first cycles come sooner: they run code that is not compiled
 * yet. So do later ones when tracing takes long, and beside many old objects cycles are rarer, as
 * asking about those costs something whatever survives: both unless cycles must not depend on it.
 * Where old objects on many pages must be visited, as when nobody tells which changed, cycles are
 * rarer, or they would be most of the work. A full one is due when young ones have let old objects
 * double; or before, by as much as they grew while the last one ran beside the program, so that
 * they have doubled when it ends.
 */
final class Pacer {
  /** Times the least allocation: the most. Much more would not fit a processor's last cache. */
  private static final int SPAN = 4;

  /** Beside many old objects it is one part in so many of theirs, */
  private static final int OLD_SHARE = 4;

  /** up to so many times the least. */
  private static final int WIDE_SPAN = 8;

  /** Old objects may double, but from no less than so many times the least allocation. */
  private static final int LEAST_GROWTH = 2;

  /** The first budget is the least by so much. */
  private static final int FIRST_SHARE = 16;

  /** However long tracing takes, not less than the least by so much: each cycle costs something. */
  private static final int TIMED_SHARE = 4;

  private static final double RAMP = 1.5;

  /** What tracing may take of a young cycle's pause. */
  private static final double TRACE_NANOS = 8_000_000;

  /** Below this, tracing a survivor can't be told from the rest of tracing. */
  private static final long LEAST_SURVIVED = 16 << 10;

  /** By how much one cycle may change what a byte is expected to take. */
  private static final double LEAP = 2;

  /** Bytes of old objects' pages to visit for one of allocation, at most. */
  private static final int VISITED_A_BYTE = 4;

  private final long least;

  /** Bytes of old objects. */
  private long old;

  private long allocated;
  private long budget;

  /** The budget when everything survives, until it has reached the least. */
  private long ramp;

  private double survival = 1;

  /** Of tracing, by byte of survivors; 0 when not known. */
  private double nanosAByte;

  private final boolean timed;
  private long fullAbove;

  /** Bytes of old objects when the full cycle beside the program began; -1 for none. */
  private long atStart = -1;

  /** By how much they are expected to grow during the next one. */
  private long growth;

  /**
   * @param least bytes to allocate between cycles at least
   * @param timed whether it counts how long tracing takes, and how much old objects take to ask
   *     about
   */
  Pacer(long least, boolean timed) {
    // A limit at which nothing overflows.
    this.least = Math.min(least, Long.MAX_VALUE / 16);
    this.timed = timed;
    ramp = Math.max(1, this.least / FIRST_SHARE);
    budget = ramp;
    fullDone(0, 0);
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
    return liveBytes > fullAbove - growth;
  }

  /** A full cycle begins beside the program. */
  void fullBegins(long liveBytes) {
    atStart = liveBytes;
  }

  /**
   * After a young cycle.
   *
   * @param survived of the bytes allocated before it
   * @param visited bytes of the pages that were searched for old objects
   * @param traceNanos what tracing took
   */
  void youngDone(long survived, long visited, long traceNanos) {
    if (allocated > 0) {
      // Falls slowly, as a burst of survivors makes a long pause.
      survival = Math.max(Math.min(1, (double) survived / allocated), survival / 2);
    }
    ramp = Math.min(least, (long) Math.ceil(ramp * RAMP));
    old += survived;
    long most =
        timed ? Math.clamp(old / OLD_SHARE, least * SPAN, least * WIDE_SPAN) : least * SPAN;
    long affordable = affordable(survived, traceNanos);
    long bySurvival = Math.clamp((long) (affordable / Math.max(survival, 1e-3)), affordable, most);
    budget = Math.max(bySurvival, visited / VISITED_A_BYTE);
    allocated = 0;
  }

  /** Bytes that may survive. */
  private long affordable(long survived, long traceNanos) {
    if (!timed) {
      return ramp;
    }
    if (survived >= LEAST_SURVIVED) {
      double found = (double) traceNanos / survived;
      nanosAByte =
          nanosAByte == 0 ? found : Math.clamp(found, nanosAByte / LEAP, nanosAByte * LEAP);
    }
    return nanosAByte == 0
        ? ramp
        : Math.min(ramp, Math.max(least / TIMED_SHARE, (long) (TRACE_NANOS / nanosAByte)));
  }

  /**
   * After a full cycle.
   *
   * @param liveBefore bytes of old objects before it
   */
  void fullDone(long liveBefore, long liveBytes) {
    old = liveBytes;
    long allowed = Math.max(liveBytes, least * LEAST_GROWTH);
    fullAbove = liveBytes + allowed;
    // No more than half of what is allowed, or one cycle would follow upon another.
    growth = atStart < 0 ? 0 : Math.clamp(liveBefore - atStart, 0, allowed / 2);
    atStart = -1;
    allocated = 0;
  }

  /** No cycle was possible: try again after as much allocation as led to this one. */
  void postpone() {
    allocated = 0;
  }
}
