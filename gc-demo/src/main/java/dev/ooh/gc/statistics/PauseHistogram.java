package dev.ooh.gc.statistics;

import java.util.List;
import org.HdrHistogram.Histogram;

/** How long pauses were. */
public final class PauseHistogram {
  /** To which a percentile is exact. */
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Histogram histogram = new Histogram(SIGNIFICANT_DIGITS);
  private final long longest;

  public PauseHistogram(List<Pause> pauses) {
    long most = 0;
    for (Pause pause : pauses) {
      histogram.recordValue(pause.nanos());
      most = Math.max(most, pause.nanos());
    }
    longest = most;
  }

  public long count() {
    return histogram.getTotalCount();
  }

  /**
   * The length, in nanoseconds, that {@code percent} of 100 pauses don't exceed, by nearest rank;
   * to three significant digits, 0 when there was none.
   */
  public long percentile(double percent) {
    return Math.min(longest, histogram.getValueAtPercentile(percent));
  }

  /** Nanoseconds, exactly; 0 when there was none. */
  public long longest() {
    return longest;
  }
}
