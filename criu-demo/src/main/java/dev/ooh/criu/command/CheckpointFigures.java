package dev.ooh.criu.command;

import dev.ooh.cli.Session;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.cli.plot.Chart;
import dev.ooh.criu.CheckpointedRun;
import dev.ooh.criu.DumpReport;
import dev.ooh.memory.CopyBeforeWrite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code ooh checkpoint} measured, as rows for scripts and as a table for people. */
final class CheckpointFigures {
  private static final double NANOS_A_MILLI = 1e6;

  private final Session session;
  private final String application;
  private final String configuration;
  private final TextTable table =
      new TextTable(
          "technique",
          ">complete",
          ">memory dump",
          ">memory write",
          ">frozen",
          ">total",
          "",
          ">scanned",
          ">written",
          ">in parent",
          "result",
          "image set");

  private final Map<String, double[]> phases = new LinkedHashMap<>();
  private final List<String> choices = new ArrayList<>();
  private String timeUnit = "";
  private String alone = "";

  CheckpointFigures(Session session, String application, String configuration) {
    this.session = session;
    this.application = application;
    this.configuration = configuration;
  }

  /** The program without a checkpointer took so long. */
  void alone(TrackedSpace run, double totalMillis) {
    time(run, "alone_total_time", totalMillis);
    alone = "alone: total %s %s".formatted(millis(totalMillis), run.timeUnit());
  }

  void add(TrackedSpace run, CheckpointedRun.Outcome outcome) {
    DumpReport dump = outcome.dump();
    time(run, "complete_time", dump.complete());
    time(run, "memory_dump_time", dump.memoryDump());
    time(run, "memory_write_time", dump.memoryWrite());
    time(run, "freezing_time", dump.freezing());
    time(run, "frozen_time", dump.frozen());
    pages(run, "pages_scanned", dump.pagesScanned());
    pages(run, "pages_written", dump.pagesWritten());
    pages(run, "pages_skipped_parent", dump.pagesSkippedParent());
    pages(run, "pages_zero", dump.pagesZero());
    pages(run, "pages_copied_frozen", dump.pagesCopied());
    session.row(run, application, configuration, "copy_rounds", dump.rounds(), "rounds");
    if (dump.beforeWrite()) {
      CopyBeforeWrite.Waits waits = dump.waits();
      session.row(run, application, configuration, "writer_waits", (double) waits.count(), "waits");
      time(run, "writer_wait_p50", waits.medianNanos() / NANOS_A_MILLI);
      time(run, "writer_wait_p999", waits.p999Nanos() / NANOS_A_MILLI);
      time(run, "writer_wait_longest", waits.longestNanos() / NANOS_A_MILLI);
    }
    if (!dump.choice().isEmpty()) {
      choices.add(
          "%s: %s%s"
              .formatted(
                  run.technique(),
                  dump.choice(),
                  dump.beforeWrite() ? "; pages were copied before they were written" : ""));
    }
    outcome.preDumps().forEach(preDump -> time(run, "pre_dump_time", preDump.complete()));
    time(run, "tracked_total_time", outcome.totalMillis());
    phases.put(
        run.technique(),
        new double[] {dump.memoryDump(), dump.memoryWrite(), dump.frozen(), dump.complete()});
    timeUnit = run.timeUnit();
    String result = "%016x".formatted(outcome.result());
    session.text(run, application, configuration, "result", result, "checksum");
    table.add(
        run.technique(),
        millis(dump.complete()),
        millis(dump.memoryDump()),
        millis(dump.memoryWrite()),
        millis(dump.frozen()),
        millis(outcome.totalMillis()),
        run.timeUnit(),
        Long.toString(dump.pagesScanned()),
        Long.toString(dump.pagesWritten()),
        Long.toString(dump.pagesSkippedParent()),
        result,
        dump.set().toString());
  }

  /** Where some failed, the dump had more to write than elsewhere. */
  void failed(TrackedSpace run, int preDumps) {
    if (preDumps > 0) {
      session.row(
          run, application, configuration, "pre_dumps_failed", (double) preDumps, "pre-dumps");
    }
  }

  private void time(TrackedSpace run, String metric, double value) {
    session.row(run, application, configuration, metric, value, run.timeUnit());
  }

  private void pages(TrackedSpace run, String metric, long count) {
    session.row(run, application, configuration, metric, (double) count, "pages");
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** The final dumps' phases. */
  Chart chart() {
    return new Chart(
        "The final dump of %s %s".formatted(application, configuration),
        "",
        timeUnit,
        true,
        true,
        List.of("memory dump", "memory write", "frozen", "complete"),
        phases);
  }

  /** The table, and below it what there is to say about why a program stood still. */
  List<String> lines() {
    List<String> lines = new ArrayList<>(table.lines());
    lines.addAll(choices);
    if (!alone.isEmpty()) {
      lines.add(alone);
    }
    return lines;
  }
}
