package dev.ooh.gc.command;

import dev.ooh.cli.plot.PointChart;
import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.MutatorUtilization;
import dev.ooh.gc.statistics.Pause;
import dev.ooh.gc.statistics.PauseHistogram;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.statistics.PhaseTime;
import java.util.List;
import java.util.OptionalDouble;
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
 * @param endNanos when it ended
 * @param cycles all of them, in the order of their ends
 * @param pauses when the application had to wait for the collector, in order: the last ones that a
 *     heap keeps
 * @param peakBytes of heap
 * @param result the application's checksum
 */
record GcResult(
    long startNanos,
    long endNanos,
    List<CycleRecord> cycles,
    List<Pause> pauses,
    long peakBytes,
    long result) {
  private static final double NANOS_A_MILLI = 1e6;
  private static final double NANOS_A_SECOND = 1e9;

  double totalMillis() {
    return (endNanos - startNanos) / NANOS_A_MILLI;
  }

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

  /** The pause that {@code percent} of 100 don't exceed. */
  double pauseMillis(double percent) {
    return new PauseHistogram(pauses).percentile(percent) / NANOS_A_MILLI;
  }

  double maxPauseMillis() {
    return new PauseHistogram(pauses).longest() / NANOS_A_MILLI;
  }

  /** Each pause: when it began, in seconds from the start, and how long it was, in milliseconds. */
  PointChart.Points points() {
    return new PointChart.Points(
        pauses.stream()
            .mapToDouble(pause -> (pause.startNanos() - startNanos) / NANOS_A_SECOND)
            .toArray(),
        pauses.stream().mapToDouble(pause -> pause.nanos() / NANOS_A_MILLI).toArray());
  }

  /**
   * The least share that the application had of any {@code windowMillis} of the run: 1 when it was
   * never stopped, 0 when a pause was as long.
   */
  double utilization(long windowMillis) {
    return new MutatorUtilization(pauses, startNanos, endNanos)
        .least((long) (windowMillis * NANOS_A_MILLI));
  }

  /** What all cycles together spent in {@code phase}. */
  double phaseMillis(Phase phase) {
    return cycles.stream().mapToLong(cycle -> cycle.nanos(phase)).sum() / NANOS_A_MILLI;
  }

  /** Processor time of the collecting threads in {@code phase}; empty where nobody counts it. */
  OptionalDouble phaseCpuMillis(Phase phase) {
    List<PhaseTime> times =
        cycles.stream()
            .flatMap(cycle -> cycle.phases().stream())
            .filter(time -> time.phase() == phase && time.cpuNanos().isPresent())
            .toList();
    return times.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            times.stream().mapToLong(time -> time.cpuNanos().orElseThrow()).sum() / NANOS_A_MILLI);
  }

  /** The technique's part of all pauses. */
  double techniqueMillis() {
    return cycles.stream().mapToLong(CycleRecord::techniqueNanos).sum() / NANOS_A_MILLI;
  }

  long fullCycles() {
    return cycles.stream().filter(CycleRecord::full).count();
  }

  /** Full cycles in a pause because one beside the program had not ended in time. */
  long fallbackCycles() {
    return cycles.stream().filter(cycle -> cycle.cause() == Cause.CONCURRENT_MODE_FAILURE).count();
  }

  /** What threads that allocate have traced for full cycles beside the program. */
  long assistedBytes() {
    return cycles.stream().mapToLong(CycleRecord::assistedBytes).sum();
  }

  /** Pages watched, summed over the cycles from the first on. */
  long pagesWatched() {
    return asking().skip(1).mapToLong(CycleRecord::pagesWatched).sum();
  }

  /** Of those, pages reported. */
  long pagesReported() {
    return asking().skip(1).mapToLong(CycleRecord::pagesChanged).sum();
  }

  /** Pages searched again for old objects, in all cycles. */
  long pagesRescanned() {
    return cycles.stream().mapToLong(CycleRecord::pagesRescanned).sum();
  }

  /** The most that a cycle left live; 0 when there was none. */
  long liveBytes() {
    return cycles.stream().mapToLong(CycleRecord::liveBytes).max().orElse(0);
  }

  /** The most of it that nothing reached, of what is known; 0 when nothing is. */
  long floatingBytes() {
    return cycles.stream().mapToLong(cycle -> cycle.floatingBytes().orElse(0)).max().orElse(0);
  }

  private static double millis(CycleRecord cycle) {
    return cycle.pauseNanos() / NANOS_A_MILLI;
  }
}
