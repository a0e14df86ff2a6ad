package dev.ooh.gc.command;

import dev.ooh.cli.Session;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.gc.statistics.Phase;
import java.util.Locale;

/** The figures of one run as rows. */
final class GcRows {
  private static final double BYTES_A_MEGABYTE = 1 << 20;

  private final Session session;
  private final TrackedSpace run;
  private final String application;
  private final String configuration;
  private final String time;

  GcRows(Session session, TrackedSpace run, String application, String configuration) {
    this.session = session;
    this.run = run;
    this.application = application;
    this.configuration = configuration;
    time = run.timeUnit();
  }

  /**
   * Adds them.
   *
   * @param verified whether floating garbage is known
   */
  void add(GcResult result, boolean verified) {
    row("total_time", result.totalMillis(), time);
    row("gc_cycles", result.cycles().size(), "cycles");
    row("gc_full_cycles", result.fullCycles(), "cycles");
    row("gc_fallback_cycles", result.fallbackCycles(), "cycles");
    row("gc_time_initial_cycle", result.initialMillis(), time);
    row("gc_time_first_cycle", result.firstMillis(), time);
    row("gc_time_other_cycles", result.otherMillis(), time);
    row("gc_pauses", result.pauses().size(), "pauses");
    row("p50_pause", result.pauseMillis(50), time);
    row("p90_pause", result.pauseMillis(90), time);
    row("p99_pause", result.pauseMillis(99), time);
    row("max_pause", result.maxPauseMillis(), time);
    for (int window : GcTables.WINDOWS) {
      row("mutator_utilization_" + window + "ms", result.utilization(window), "share");
    }
    row("technique_time", result.techniqueMillis(), time);
    for (Phase phase : Phase.values()) {
      String name = phase.name().toLowerCase(Locale.ROOT);
      row("phase_time." + name, result.phaseMillis(phase), time);
      result.phaseCpuMillis(phase).ifPresent(cpu -> row("phase_cpu_time." + name, cpu, time));
    }
    row("pages_watched", result.pagesWatched(), "pages");
    row("pages_reported", result.pagesReported(), "pages");
    row("pages_rescanned", result.pagesRescanned(), "pages");
    row("live_mb", result.liveBytes() / BYTES_A_MEGABYTE, "MB");
    if (verified) {
      row("floating_mb", result.floatingBytes() / BYTES_A_MEGABYTE, "MB");
    }
    row("assisted_mb", result.assistedBytes() / BYTES_A_MEGABYTE, "MB");
    row("heap_mb", result.peakBytes() / BYTES_A_MEGABYTE, "MB");
    String checksum = "%016x".formatted(result.result());
    session.text(run, application, configuration, "result", checksum, "checksum");
  }

  private void row(String metric, double value, String unit) {
    session.row(run, application, configuration, metric, value, unit);
  }
}
