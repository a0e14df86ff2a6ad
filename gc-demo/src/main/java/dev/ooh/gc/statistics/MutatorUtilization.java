package dev.ooh.gc.statistics;

import java.util.List;

/**
 * What mutators have left of a run: the least share of any window of a given length (minimum
 * mutator utilization; Cheng and Blelloch, 2001), exactly, from all pauses.
 */
public final class MutatorUtilization {
  private final long start;
  private final long end;
  private final List<Pause> pauses;

  /** Nanoseconds paused before each pause. */
  private final long[] before;

  /**
   * @param pauses of whose times only what lies in the run counts; of a heap that forgot the run's
   *     first ones the least share is that of the windows since
   * @param startNanos of the run, by the clock of the pauses
   */
  public MutatorUtilization(List<Pause> pauses, long startNanos, long endNanos) {
    start = startNanos;
    end = endNanos;
    this.pauses = Pause.apart(pauses);
    before = new long[this.pauses.size() + 1];
    for (int i = 0; i < this.pauses.size(); i++) {
      before[i + 1] = before[i] + this.pauses.get(i).nanos();
    }
  }

  /**
   * The least share, 0 to 1, that mutators had of any window of {@code windowNanos} within the run;
   * of the whole run where that is shorter; 1 of a run that took no time.
   */
  public double least(long windowNanos) {
    long window = Math.min(windowNanos, end - start);
    if (window <= 0) {
      return 1;
    }
    // One of the worst begins with a pause, or ends with the run: a window that begins between
    // pauses can be moved right, and one that begins within a pause left, and has no less of them.
    long most = 0;
    for (Pause pause : pauses) {
      most = Math.max(most, pausedFrom(pause.startNanos(), window));
    }
    return 1 - (double) most / window;
  }

  private long pausedFrom(long wanted, long window) {
    long from = Math.clamp(wanted, start, end - window);
    return pausedUntil(from + window) - pausedUntil(from);
  }

  /** Nanoseconds paused before {@code time}. */
  private long pausedUntil(long time) {
    int low = 0;
    int high = pauses.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pauses.get(middle).endNanos() <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return before[low]
        + (low < pauses.size() ? Math.max(0, time - pauses.get(low).startNanos()) : 0);
  }
}
