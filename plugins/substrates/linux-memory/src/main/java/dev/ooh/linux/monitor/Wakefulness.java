package dev.ooh.linux.monitor;

/**
 * Whether a handler that has nothing to do should ask again and again for a while before it sleeps.
 * To be woken can take longer than all else that a fault does: an idle processor has halted, and a
 * virtual one has to be scheduled by its host first. Then a fault is several times as fast where
 * the handler was awake. Where all processors are busy it is the other way round, as who asks takes
 * the time of those who have something to do. So a handler sleeps, tries now and then for {@link
 * #TRY} faults what it is like to be awake, and stays so as long as faults follow each other faster
 * by a quarter, which it finds out by trying to sleep.
 *
 * <p>For one thread.
 */
final class Wakefulness {
  /** How long to ask, in nanoseconds: about what being woken takes. */
  static final long NANOS = 100_000;

  /** Faults of one try, at least. */
  static final int TRY = 64;

  /** Tries of what was faster, between two of the other. */
  static final int ROUND = 32;

  /** Faults so far apart on average, in nanoseconds, would not become much faster. */
  static final long RARE = 500_000;

  /** What lies further apart, in nanoseconds, is the program's own pause. */
  private static final long PAUSE = 2 * RARE;

  private boolean awake;
  private boolean better;

  /** Nanoseconds a fault, of the last try of each. */
  private long asleepTook;

  private long awakeTook;

  private int faults;
  private int afterPauses;
  private int tries;
  private long took;
  private long last;

  /** Whether to stay awake until the next fault. */
  boolean isDue() {
    return awake;
  }

  /**
   * So many faults were read at once.
   *
   * @param now by {@link System#nanoTime}
   */
  void faulted(long now, long count) {
    long gap = now - last;
    last = now;
    if (gap < PAUSE) {
      took += gap;
      faults += (int) count;
    } else {
      afterPauses += (int) count;
    }
    if (faults + afterPauses >= TRY) {
      tried(afterPauses > faults ? PAUSE : took / faults);
      faults = 0;
      afterPauses = 0;
      took = 0;
    }
  }

  private void tried(long average) {
    if (awake) {
      awakeTook = average;
    } else {
      asleepTook = average;
    }
    if (awake != better) {
      better = awakeTook < asleepTook - asleepTook / 4;
      awake = better;
      tries = 1;
    } else if (average >= RARE) {
      better = false;
      awake = false;
    } else if (tries++ % ROUND == 0) {
      awake = !better;
    }
  }
}
