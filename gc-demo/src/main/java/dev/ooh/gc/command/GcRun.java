package dev.ooh.gc.command;

import dev.ooh.cli.ApplicationOptions;
import dev.ooh.cli.ByteSize;
import dev.ooh.cli.CommandException;
import dev.ooh.cli.Session;
import dev.ooh.cli.SessionOptions;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.cli.plot.PointChart;
import dev.ooh.gc.CycleRecord;
import dev.ooh.gc.HeapOptions;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import dev.ooh.workloads.HeapExhaustedException;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh gc}. */
@Command(
    name = "ooh gc",
    description = {
      "Runs an application on the collected heap under each technique.",
      "The first cycle that asks gets all pages; the paper's first cycle is the one after it, the"
          + " first whose interval a technique has gathered."
    })
final class GcRun implements Callable<Integer> {
  /** How much more than an application's own estimate the heap may grow to. */
  private static final int HEAP_FACTOR = 4;

  private static final long MOST_HEAP = 1L << 34;

  /** Of minimum mutator utilization, in milliseconds. */
  private static final List<Integer> UTILIZATION_WINDOWS = List.of(1, 10, 100);

  private static final String USUAL = "gcbench";

  /** Boehm GC under SPML, which the paper measured, resolves an address once. */
  private static final Map<String, String> SETTINGS = Map.of("reverse-map-reuse", "true");

  private final Tracking tracking;

  @Mixin private SessionOptions options = new SessionOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ApplicationOptions choice = new ApplicationOptions();

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "The heap's limit, such as 512M (default: four times what is estimated).")
  private @Nullable Long heap;

  @Option(
      names = "--full-cycles",
      paramLabel = "HOW",
      description =
          "beside: beside the program; pause: in one pause each, as the paper's collector, so that"
              + " all techniques see the same cycles (default: beside on linux, pause on virtual).")
  private @Nullable FullCycles fullCycles;

  /** How old objects are collected. */
  enum FullCycles {
    BESIDE,
    PAUSE
  }

  @Option(
      names = "--verify",
      description = "Trace again independently in each cycle, and fail if anything is lost. Slow.")
  private boolean verify;

  @Option(
      names = "--check",
      description =
          "Compute the result another way too, without the heap, and fail if it differs; baby and"
              + " gcbench have no other way.")
  private boolean check;

  GcRun(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public Integer call() throws Exception {
    Application program = application();
    String application = program.name();
    Parameters parameters = parameters(program);
    OptionalLong wanted = wanted(program, parameters);
    HeapOptions heapOptions = heapOptions(program.heapBytes(parameters));
    PrintWriter out = spec.commandLine().getOut();
    try (Session session = Session.open(tracking, options, "gc", spec)) {
      TextTable table =
          new TextTable(
              "technique",
              ">total",
              ">cycles",
              ">full",
              ">first",
              ">others",
              ">max pause",
              ">p99 pause",
              "",
              ">watched",
              ">reported",
              ">heap MB");
      Map<String, PointChart.Points> pauses = new LinkedHashMap<>();
      Long expected = null;
      for (String technique : session.techniques()) {
        GcResult result = measure(session, technique, parameters, heapOptions, table);
        if (expected != null && expected != result.result()) {
          throw new CommandException(
              "%s under %s: result is %016x, wanted %016x as under %s"
                  .formatted(
                      application,
                      technique,
                      result.result(),
                      expected,
                      session.techniques().getFirst()));
        }
        expected = result.result();
        pauses.put(technique, result.pauses());
        if (wanted.isPresent() && expected != wanted.getAsLong()) {
          throw new CommandException(
              "%s under %s: result is %016x, wanted %016x as computed without the heap"
                  .formatted(application, technique, expected, wanted.getAsLong()));
        }
      }
      session.plot(
          new PointChart(
              "Pauses of %s %s".formatted(application, choice.configurationName()),
              session.isSimulated() ? "time, sim_s" : "time, s",
              session.isSimulated() ? "pause, sim_ms" : "pause, ms",
              true,
              pauses));
      session.finish();
      table.lines().forEach(out::println);
      if (expected != null) {
        out.printf(
            "result %016x%s%s%n",
            expected,
            check ? ", equal to a computation without the heap" : "",
            verify ? ", every cycle verified" : "");
      }
    }
    return 0;
  }

  private GcResult measure(
      Session session,
      String technique,
      Parameters parameters,
      HeapOptions heapOptions,
      TextTable table)
      throws Exception {
    Application program = application();
    String application = program.name();
    String name = choice.configurationName();
    String what = "gc: %s %s, %s".formatted(application, name, technique);
    session.progress().show(what);
    try (TrackedSpace run = session.start(technique, SETTINGS)) {
      GcResult result =
          new GcMeasurement(run.space(), program, parameters, heapOptions.withBeside(isBeside(run)))
              .measure(
                  run.isTracked(),
                  bytes -> run.costs().ifPresent(costs -> costs.trackedBytes(bytes)),
                  share -> session.progress().show("%s: %.0f %%".formatted(what, 100 * share)));
      warnIfNotWoven(run, result);
      addRows(session, run, name, result);
      addLine(table, run, result);
      return result;
    } catch (HeapExhaustedException e) {
      throw new CommandException(
          "%s under %s: %s; give it more by --heap"
              .formatted(application, technique, e.getMessage()),
          e);
    }
  }

  private void warnIfNotWoven(TrackedSpace run, GcResult result) {
    Optional<String> reason =
        result.cycles().stream()
            .skip(1)
            .map(CycleRecord::reasons)
            .flatMap(reasons -> reasons.stream())
            .filter(found -> found.contains("not woven"))
            .findFirst();
    if (run.isTracked() && reason.isPresent()) {
      PrintWriter err = spec.commandLine().getErr();
      err.printf("technique %s had no effect: %s%n", run.technique(), reason.get());
    }
  }

  private void addRows(Session session, TrackedSpace run, String name, GcResult result)
      throws UsageException {
    String time = run.timeUnit();
    String application = application().name();
    session.row(run, application, name, "total_time", result.totalMillis(), time);
    session.row(run, application, name, "gc_cycles", result.cycles().size(), "cycles");
    session.row(run, application, name, "gc_full_cycles", result.fullCycles(), "cycles");
    session.row(run, application, name, "gc_time_initial_cycle", result.initialMillis(), time);
    session.row(run, application, name, "gc_time_first_cycle", result.firstMillis(), time);
    session.row(run, application, name, "gc_time_other_cycles", result.otherMillis(), time);
    session.row(run, application, name, "max_pause", result.maxPauseMillis(), time);
    session.row(run, application, name, "p99_pause", result.p99PauseMillis(), time);
    for (int window : UTILIZATION_WINDOWS) {
      session.row(
          run,
          application,
          name,
          "mutator_utilization_" + window + "ms",
          result.utilization(window),
          "share");
    }
    session.row(run, application, name, "pages_watched", result.pagesWatched(), "pages");
    session.row(run, application, name, "pages_reported", result.pagesReported(), "pages");
    session.row(run, application, name, "heap_mb", megabytes(result), "MB");
    session.text(run, application, name, "result", "%016x".formatted(result.result()), "checksum");
  }

  private static void addLine(TextTable table, TrackedSpace run, GcResult result) {
    table.add(
        run.technique(),
        millis(result.totalMillis()),
        Integer.toString(result.cycles().size()),
        Long.toString(result.fullCycles()),
        millis(result.firstMillis()),
        millis(result.otherMillis()),
        millis(result.maxPauseMillis()),
        millis(result.p99PauseMillis()),
        run.timeUnit(),
        Long.toString(result.pagesWatched()),
        Long.toString(result.pagesReported()),
        String.format(Locale.ROOT, "%.1f", megabytes(result)));
  }

  private static double megabytes(GcResult result) {
    return result.peakBytes() / (double) (1 << 20);
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, "%.3f", millis);
  }

  private Application application() throws UsageException {
    return choice.application(USUAL, Applications::find, Applications.names());
  }

  private Parameters parameters(Application program) throws CommandException, UsageException {
    return new Parameters(
        choice.configuration(Configuration.class),
        choice.input(program.name(), program.readsInput()),
        options.seed());
  }

  /** What the result must be, if that was asked for and can be told. */
  private OptionalLong wanted(Application program, Parameters parameters) throws UsageException {
    if (!check) {
      return OptionalLong.empty();
    }
    OptionalLong wanted = program.independentResult(parameters);
    if (wanted.isEmpty()) {
      throw new UsageException(
          "--check is given, but %s has no other way to its result".formatted(program.name()));
    }
    return wanted;
  }

  private boolean isBeside(TrackedSpace run) {
    FullCycles asked = fullCycles;
    return asked == null ? !run.space().execution().simulatedTime() : asked == FullCycles.BESIDE;
  }

  private HeapOptions heapOptions(long estimate) throws UsageException {
    Long asked = heap;
    if (asked != null && asked > MOST_HEAP) {
      throw new UsageException(
          "--heap is %d bytes, wanted %d (16G) or less".formatted(asked, MOST_HEAP));
    }
    long limit = asked == null ? Math.min(MOST_HEAP, HEAP_FACTOR * estimate) : asked;
    return HeapOptions.of(Math.min(estimate, limit), limit).withVerify(verify);
  }
}
