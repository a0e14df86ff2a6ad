package dev.ooh.linux.monitor;

/**
 * Whether a handler that has nothing to do should ask again and again for a while before it sleeps.
 * To be woken can take longer than all else that a fault does: an idle processor has halted, and a
 * virtual one has to be scheduled by its host first. Then a fault is several times as fast where
 * the handler was awake. Where all processors are busy it is the other way round, as who asks takes
 * the time of those who have something to do. So both are tried in turns, and that is kept which
 * made faults follow each other faster, until the other one is tried again.
 *
 * <p>For one thread.
 */
final class Wakefulness {
  /** How long to ask, in nanoseconds: about what being woken takes. */
  static final long NANOS = 100_000;

  /** Faults of one try. */
  static final int TRY = 64;

  /** Tries of what was faster, between two of the other. */
  static final int ROUND = 32;

  /** Faults so far apart on average, in nanoseconds, don't become much faster. */
  static final long RARE = 1_000_000;

  /** What lies further apart is the program's own pause: a try begins anew after it. */
  private static final long PAUSE = 10_000_000;

  private final boolean alone;
  private boolean awake;
  private boolean better;
  private long asleepTook;
  private long awakeTook;
  private int faults;
  private int tries;
  private long took;
  private long last;

  /**
   * @param processors that this process may use: with one, who asks keeps the writer from writing
   */
  Wakefulness(int processors) {
    alone = processors == 1;
  }

  /** Whether to stay awake until the next fault. */
  boolean isDue() {
    return awake;
  }

  /**
   * A fault was read.
   *
   * @param now by {@link System#nanoTime}
   */
  void faulted(long now) {
    if (alone) {
      return;
    }
    long gap = now - last;
    last = now;
    if (gap > PAUSE) {
      begin();
      return;
    }
    took += gap;
    if (++faults == TRY) {
      tried();
      begin();
    }
  }

  private void begin() {
    faults = 0;
    took = 0;
  }

  private void tried() {
    if (awake) {
      awakeTook = took;
    } else {
      asleepTook = took;
    }
    if (awake != better) {
      better = awakeTook < asleepTook - asleepTook / 4;
      awake = better;
      tries = 1;
    } else if (tries++ % ROUND == 0) {
      awake = !better && asleepTook < TRY * RARE;
    }
  }
}
