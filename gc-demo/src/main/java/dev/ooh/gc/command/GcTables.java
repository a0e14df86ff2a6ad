package dev.ooh.gc.command;

import dev.ooh.cli.TextTable;
import dev.ooh.cli.TrackedSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a user sees of all runs: what each took, and below it how it was stopped and what it kept.
 */
final class GcTables {
  /** Of minimum mutator utilization, in milliseconds. */
  static final List<Integer> WINDOWS = List.of(1, 10, 100);

  private static final double BYTES_A_MEGABYTE = 1 << 20;

  private final TextTable runs =
      new TextTable(
          "technique",
          ">total",
          ">cycles",
          ">full",
          ">first",
          ">others",
          ">tracking",
          "",
          ">watched",
          ">reported");

  private final TextTable pauses =
      new TextTable(
          "technique",
          ">pauses",
          ">p50",
          ">p99",
          ">longest",
          "",
          ">MMU 1 ms",
          ">10 ms",
          ">100 ms",
          ">live MB",
          ">heap MB");

  void add(TrackedSpace run, GcResult result) {
    runs.add(
        run.technique(),
        millis(result.totalMillis()),
        Integer.toString(result.cycles().size()),
        Long.toString(result.fullCycles()),
        millis(result.firstMillis()),
        millis(result.otherMillis()),
        millis(result.techniqueMillis()),
        run.timeUnit(),
        Long.toString(result.pagesWatched()),
        Long.toString(result.pagesReported()));
    pauses.add(
        run.technique(),
        Integer.toString(result.pauses().size()),
        millis(result.pauseMillis(50)),
        millis(result.pauseMillis(99)),
        millis(result.maxPauseMillis()),
        run.timeUnit(),
        percent(result.utilization(WINDOWS.get(0))),
        percent(result.utilization(WINDOWS.get(1))),
        percent(result.utilization(WINDOWS.get(2))),
        megabytes(result.liveBytes()),
        megabytes(result.peakBytes()));
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>(runs.lines());
    lines.add("");
    lines.addAll(pauses.lines());
    return lines;
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / BYTES_A_MEGABYTE);
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, "%.3f", millis);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
