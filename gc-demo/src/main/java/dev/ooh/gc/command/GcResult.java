package dev.ooh.gc.command;

import dev.ooh.cli.plot.PointChart;
import dev.ooh.gc.CycleRecord;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run of an application on the collected heap took. Times in milliseconds of the space's
 * clock.
 *
 * <p>Cycles before there is any old object ask about no page. The first that asks gets all pages as
 * the interval, so the paper's "first cycle" is the one after it: the first that a technique has
 * something to say about.
 *
 * @param startNanos when the application started, by that clock
 * @param totalMillis from the start of the application to its end
 * @param cycles all of them
 * @param peakBytes of heap
 * @param result the application's checksum
 */
record GcResult(
    long startNanos, double totalMillis, List<CycleRecord> cycles, long peakBytes, long result) {
  private static final double NANOS_A_MILLI = 1e6;

  /** The cycle whose interval is the initial "all"; 0 when there was none. */
  double initialMillis() {
    return asking().limit(1).mapToDouble(GcResult::millis).sum();
  }

  /** 0 when there was none. */
  double firstMillis() {
    return asking().skip(1).limit(1).mapToDouble(GcResult::millis).sum();
  }

  /** The sum of all cycles after the first. */
  double otherMillis() {
    return asking().skip(2).mapToDouble(GcResult::millis).sum();
  }

  private Stream<CycleRecord> asking() {
    return cycles.stream().dropWhile(cycle -> cycle.pagesWatched() == 0);
  }

  double maxPauseMillis() {
    return cycles.stream().mapToDouble(GcResult::millis).max().orElse(0);
  }

  /** The pause that 99 of 100 don't exceed, by nearest rank. */
  double p99PauseMillis() {
    double[] sorted = cycles.stream().mapToDouble(GcResult::millis).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[(99 * sorted.length + 99) / 100 - 1];
  }

  /** Each pause: when it began, in seconds from the start, and how long it was, in milliseconds. */
  PointChart.Points pauses() {
    return new PointChart.Points(
        cycles.stream().mapToDouble(cycle -> (cycle.startNanos() - startNanos) / 1e9).toArray(),
        cycles.stream().mapToDouble(GcResult::millis).toArray());
  }

  /**
   * The least share of the processor that the application had in any {@code windowMillis} of the
   * run (minimum mutator utilization): 1 when it was never stopped, 0 when a pause was as long.
   */
  double utilization(double windowMillis) {
    double least = 1;
    double window = Math.min(windowMillis, totalMillis);
    for (CycleRecord cycle : cycles) {
      // A worst window begins with a pause, or ends with one.
      double begins = (cycle.startNanos() - startNanos) / NANOS_A_MILLI;
      double ends = begins + millis(cycle);
      least = Math.min(least, 1 - paused(begins, begins + window) / window);
      least = Math.min(least, 1 - paused(ends - window, ends) / window);
    }
    return Math.max(0, least);
  }

  private double paused(double from, double to) {
    double sum = 0;
    for (CycleRecord cycle : cycles) {
      double begins = (cycle.startNanos() - startNanos) / NANOS_A_MILLI;
      sum += Math.max(0, Math.min(to, begins + millis(cycle)) - Math.max(from, begins));
    }
    return sum;
  }

  long fullCycles() {
    return cycles.stream().filter(CycleRecord::full).count();
  }

  /** Pages watched, summed over the cycles from the first on. */
  long pagesWatched() {
    return asking().skip(1).mapToLong(CycleRecord::pagesWatched).sum();
  }

  /** Of those, pages reported. */
  long pagesReported() {
    return asking().skip(1).mapToLong(CycleRecord::pagesChanged).sum();
  }

  private static double millis(CycleRecord cycle) {
    return cycle.pauseNanos() / NANOS_A_MILLI;
  }
}
