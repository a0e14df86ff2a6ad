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
 * rarer, or they would be most of the work.
 *
 * <p>A full one is due when young ones have let old objects double, or have left so little that
 * memory is about to run out. Where it runs beside the program it begins before that, by as much as
 * old objects are expected to grow meanwhile: so that they have doubled when it ends, and memory
 * has not run out. What marking takes is predicted from how many bytes of old objects the cycles
 * before had in how much time, what grows from how much young cycles let survive in how much time.
 * When the prediction was wrong and marking falls behind, threads that allocate have to {@linkplain
 * #behind assist}.
 *
 * <p>Times are of the space's clock: on the simulated machine the decisions repeat.
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

  /** Marking beside the program is to end when so much of the free memory is used up. */
  private static final double SAFE_SHARE = 0.75;

  /**
   * It is behind no sooner than when so much of that is used up: a thread has to start first, and
   * while others assist, marking is slower.
   */
  private static final double SLACK = 0.2;

  /** A full cycle that was given up would have taken so many times as long, as far as is known. */
  private static final double LONGER = 2;

  private final long least;
  private long allocated;
  private long budget;

  /** The budget when everything survives, until it has reached the least. */
  private long ramp;

  private double survival = 1;

  /** Of tracing, by byte of survivors; 0 when not known. */
  private double nanosAByte;

  private final long maxBytes;
  private final boolean timed;

  /** Bytes of old objects after the last full cycle. */
  private long liveAfter;

  /** When the last young cycle ended; -1 for none. */
  private long youngEnded = -1;

  /** Old objects' growth, in bytes by nanosecond. */
  private double growth;

  /** What a full cycle beside the program takes until all is marked, by byte of old objects. */
  private double markNanosAByte;

  /** Of such a cycle, bytes that are read by byte of old objects. */
  private double readShare = 1;

  /** When the full cycle beside the program began, and with how many bytes of old objects. */
  private long begun;

  private long liveAtStart;

  /** Bytes in use then. */
  private long usedAtStart;

  /**
   * @param least bytes to allocate between cycles at least
   * @param maxBytes of the heap
   * @param timed whether full cycles run beside the program, and it counts how long tracing takes,
   *     and how much old objects take to ask about
   */
  Pacer(long least, long maxBytes, boolean timed) {
    // A limit at which nothing overflows.
    this.least = Math.min(least, Long.MAX_VALUE / 16);
    this.maxBytes = maxBytes;
    this.timed = timed;
    ramp = Math.max(1, this.least / FIRST_SHARE);
    budget = ramp;
  }

  void allocated(long bytes) {
    allocated += bytes;
  }

  /**
   * Whether a young cycle is due.
   *
   * @param more bytes that are about to be allocated
   */
  boolean isDue(long more) {
    return allocated + more >= budget;
  }

  long allocated() {
    return allocated;
  }

  /**
   * Whether a full cycle is to be the next, or is to begin.
   *
   * @param liveBytes of old objects
   */
  boolean isFullDue(long liveBytes) {
    long doubled = liveAfter + Math.max(liveAfter, least * LEAST_GROWTH);
    if (!timed) {
      return liveBytes > doubled;
    }
    // Of a heap that is nearly full little is gained beside the program.
    long end = Math.min(doubled, Math.max(liveAfter + least, maxBytes - budget));
    // No earlier than half way, or one cycle would follow upon another.
    return liveBytes > end - Math.min(expectedGrowth(liveBytes), (end - liveAfter) / 2);
  }

  /** By how much old objects grow until so many of them are marked beside the program. */
  private long expectedGrowth(long liveBytes) {
    return (long) (growth * markNanosAByte * liveBytes);
  }

  /**
   * A full cycle begins beside the program.
   *
   * @param liveBytes of old objects
   * @param now by the space's clock, in nanoseconds
   */
  void fullBegins(long liveBytes, long now) {
    begun = now;
    liveAtStart = liveBytes;
    usedAtStart = liveBytes + allocated;
  }

  /**
   * How many bytes the full cycle beside the program should have read by now and has not, if it is
   * to have marked all before memory runs out; 0 or less for none.
   *
   * @param liveBytes of old objects
   * @param readBytes that it has read
   */
  long behind(long liveBytes, long readBytes) {
    long used = used(liveBytes);
    long room = room();
    double share = used >= room ? 1 : (double) used / room;
    double due = Math.max(0, share - SLACK) / (1 - SLACK);
    return (long) (due * readShare * liveAtStart) - readBytes;
  }

  /** Whether the full cycle beside the program should have marked all by now. */
  boolean isLate(long liveBytes) {
    return used(liveBytes) >= room();
  }

  /** Bytes that may be in use more by the time it has marked all. */
  private long room() {
    return (long) (SAFE_SHARE * (maxBytes - usedAtStart));
  }

  /** Bytes that are in use more than when the full cycle beside the program began. */
  private long used(long liveBytes) {
    return liveBytes + allocated - usedAtStart;
  }

  /**
   * A full cycle has marked beside the program what it can.
   *
   * @param readBytes that it has read
   * @param now as above
   */
  void fullMarked(long readBytes, long now) {
    if (liveAtStart > 0) {
      markNanosAByte = average(markNanosAByte, (double) (now - begun) / liveAtStart);
      // Of a heap that was mostly garbage hardly anything is read; the next may be another.
      readShare = Math.max((double) readBytes / liveAtStart, readShare / 2);
    }
  }

  /**
   * A full cycle beside the program was given up before it had marked all: it takes longer than
   * that.
   *
   * @param now as above
   */
  void fullGivenUp(long now) {
    if (liveAtStart > 0) {
      markNanosAByte = Math.max(markNanosAByte, LONGER * (now - begun) / liveAtStart);
    }
  }

  /** Of all that was found, what was found last counts half; 0 when nothing was. */
  private static double average(double before, double found) {
    return before == 0 ? found : (before + found) / 2;
  }

  /**
   * After a young cycle.
   *
   * @param liveBytes of old objects
   * @param survived of the bytes allocated before it
   * @param visited bytes of the pages that were searched for old objects
   * @param traceNanos what tracing took
   * @param now by the space's clock, in nanoseconds
   */
  void youngDone(long liveBytes, long survived, long visited, long traceNanos, long now) {
    if (youngEnded >= 0 && now > youngEnded) {
      growth = average(growth, (double) survived / (now - youngEnded));
    }
    youngEnded = now;
    if (allocated > 0) {
      // Falls slowly, as a burst of survivors makes a long pause.
      survival = Math.max(Math.min(1, (double) survived / allocated), survival / 2);
    }
    ramp = Math.min(least, (long) Math.ceil(ramp * RAMP));
    long most =
        timed ? Math.clamp(liveBytes / OLD_SHARE, least * SPAN, least * WIDE_SPAN) : least * SPAN;
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
   * @param liveBytes of old objects
   */
  void fullDone(long liveBytes) {
    liveAfter = liveBytes;
    allocated = 0;
  }

  /** No cycle was possible: try again after as much allocation as led to this one. */
  void postpone() {
    allocated = 0;
  }
}
