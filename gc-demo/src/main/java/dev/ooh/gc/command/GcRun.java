package dev.ooh.gc.command;

import dev.ooh.cli.ApplicationOptions;
import dev.ooh.cli.ByteSize;
import dev.ooh.cli.CommandException;
import dev.ooh.cli.MachineOptions;
import dev.ooh.cli.Machines;
import dev.ooh.cli.Session;
import dev.ooh.cli.SessionOptions;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.cli.plot.PointChart;
import dev.ooh.gc.CycleReporter;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.statistics.CycleListener;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.memory.collection.CollectionObserver;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import dev.ooh.workloads.HeapExhaustedException;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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
          + " first whose interval a technique has gathered.",
      "A pause is any time in which the program had to wait for the collector: from its request to"
          + " stop on, or for memory. MMU, minimum mutator utilization, is the least share of any"
          + " such window that the program had. Tracking is the technique's part of all pauses.",
      "Where time is measured, the program runs once before, unmeasured, as a warm-up."
    })
final class GcRun implements Callable<Integer> {
  /** How much more than an application's own estimate the heap may grow to. */
  private static final int HEAP_FACTOR = 4;

  private static final long MOST_HEAP = 1L << 34;

  private static final String USUAL = "gcbench";
  private static final String LOG_CYCLES = "gc";
  private static final String LOG_EVERYTHING = "gc*";

  /** Boehm GC under SPML, which the paper measured, resolves an address once. */
  private static final Map<String, String> SETTINGS = Map.of("reverse-map-reuse", "true");

  private final Tracking tracking;
  private final List<CollectionObserver> observers;

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
          "beside: beside the program; incremental: the same without a thread of its own, a slice at"
              + " each allocation; pause: in one pause each, as the paper's collector, so that all"
              + " techniques see the same cycles (default: beside on linux, pause on virtual).")
  private @Nullable FullCycles fullCycles;

  @Option(
      names = "--verify",
      description = "Trace again independently in each cycle, and fail if anything is lost. Slow.")
  private boolean verify;

  @Option(
      names = "--check",
      description =
          "Compute the result another way too, without the heap, and fail if it differs; gcbench has"
              + " no other way.")
  private boolean check;

  @Option(
      names = "--log",
      paramLabel = "WHAT",
      arity = "0..1",
      fallbackValue = LOG_CYCLES,
      description =
          "Log each cycle on standard output, as -Xlog:gc of a JVM does; gc* logs phases, processor"
              + " time and live bytes, too (default: ${FALLBACK-VALUE}).")
  private @Nullable String log;

  @Mixin private MachineOptions machines = new MachineOptions();

  /**
   * @param observers told of each measured cycle; the list is read each time
   */
  GcRun(Tracking tracking, List<CollectionObserver> observers) {
    this.tracking = tracking;
    this.observers = observers;
  }

  @Override
  public Integer call() throws Exception {
    Application program = application();
    String application = program.name();
    Parameters parameters = parameters(program);
    OptionalLong wanted = wanted(program, parameters);
    HeapOptions heapOptions = heapOptions(program.heapBytes(parameters));
    checkLog();
    int count = machines.count(options);
    PrintWriter out = spec.commandLine().getOut();
    try (Session session = Session.open(tracking, options, "gc", spec)) {
      GcTables tables = new GcTables();
      Map<String, PointChart.Points> pauses = new LinkedHashMap<>();
      Long expected = null;
      List<String> techniques = session.techniques();
      if (!session.isSimulated()) {
        warmUp(session, techniques, parameters, heapOptions);
      }
      for (String technique : techniques) {
        List<GcResult> results =
            measure(session, technique, parameters, heapOptions, count, tables);
        for (GcResult result : results) {
          expected = checked(technique, result.result(), expected, techniques.getFirst(), wanted);
        }
        pauses.put(technique, results.getFirst().points());
      }
      session.plot(
          new PointChart(
              "Pauses of %s %s".formatted(application, choice.configurationName()),
              session.isSimulated() ? "time, sim_s" : "time, s",
              session.isSimulated() ? "pause, sim_ms" : "pause, ms",
              true,
              pauses));
      session.progress().clear();
      tables.lines().forEach(out::println);
      if (expected != null) {
        out.printf(
            "result %016x%s%s%n",
            expected,
            check ? ", equal to a computation without the heap" : "",
            verify ? ", every cycle verified" : "");
      }
      if (!session.isSimulated()) {
        out.println("Warmed up by one run that was not measured.");
      }
      session.finish();
    }
    return 0;
  }

  /**
   * Runs the program once, so that the first that is measured doesn't pay for compiling it. Under
   * the last technique, since the first is often the untracked baseline, which never asks.
   */
  private void warmUp(
      Session session, List<String> techniques, Parameters parameters, HeapOptions heapOptions)
      throws Exception {
    String technique = techniques.getLast();
    String what = "gc: %s, warming up".formatted(application().name());
    session.progress().show(what);
    try (TrackedSpace run = session.rehearse(technique, settings())) {
      collect(run, parameters, heapOptions, List.of(), session, what);
    }
  }

  /** The result, which is that of all runs. */
  private long checked(
      String technique, long result, @Nullable Long expected, String first, OptionalLong wanted)
      throws CommandException, UsageException {
    if (expected != null && expected != result) {
      throw new CommandException(
          "%s under %s: result is %016x, wanted %016x as under %s"
              .formatted(application().name(), technique, result, expected, first));
    }
    if (wanted.isPresent() && result != wanted.getAsLong()) {
      throw new CommandException(
          "%s under %s: result is %016x, wanted %016x as computed without the heap"
              .formatted(application().name(), technique, result, wanted.getAsLong()));
    }
    return result;
  }

  private List<GcResult> measure(
      Session session,
      String technique,
      Parameters parameters,
      HeapOptions heapOptions,
      int count,
      GcTables tables)
      throws Exception {
    String application = application().name();
    String name = machines.named(choice.configurationName());
    String what = "gc: %s %s, %s".formatted(application, name, technique);
    session.progress().show(what);
    try (Machines all = session.machines(technique, settings(), count)) {
      List<GcResult> results =
          all.run(
              run -> collect(run, parameters, heapOptions, listeners(session, run), session, what));
      for (int machine = 0; machine < results.size(); machine++) {
        TrackedSpace run = all.spaces().get(machine);
        GcResult result = results.get(machine);
        warnIfNotWoven(run, result);
        new GcRows(session, run, application, name).add(result, verify);
        tables.add(run, result);
      }
      session.means(all);
      return results;
    }
  }

  /** Of the space of each run. */
  private Map<String, String> settings() throws UsageException {
    Map<String, String> all = new HashMap<>(machines.settings(SETTINGS));
    all.put(ApplicationOptions.SETTING, application().name());
    return all;
  }

  private List<CycleListener> listeners(Session session, TrackedSpace run) {
    List<CycleListener> listeners = new ArrayList<>();
    listeners.add(new CycleReporter(run.space(), observers));
    if (log != null) {
      session.progress().clear();
      GcLog lines =
          new GcLog(
              run.space().execution(),
              log.equals(LOG_EVERYTHING),
              spec.commandLine().getOut()::println);
      lines.using(run.technique(), session.substrate().name());
      listeners.add(lines);
    }
    return listeners;
  }

  private GcResult collect(
      TrackedSpace run,
      Parameters parameters,
      HeapOptions heapOptions,
      List<CycleListener> listeners,
      Session session,
      String what)
      throws Exception {
    Application program = application();
    try {
      return new GcMeasurement(
              run.space(), program, parameters, heapOptions.withFullCycles(fullCycles(run)))
          .measure(
              run.isTracked(),
              listeners,
              bytes -> run.costs().ifPresent(costs -> costs.trackedBytes(bytes)),
              share -> {
                if (log == null) {
                  session.progress().show("%s: %.0f %%".formatted(what, 100 * share));
                }
              });
    } catch (HeapExhaustedException e) {
      throw new CommandException(
          "%s under %s: %s; give it more by --heap"
              .formatted(program.name(), run.technique(), e.getMessage()),
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

  private Application application() throws UsageException {
    return choice.application(USUAL, Applications::find, Applications.names());
  }

  private void checkLog() throws UsageException {
    if (log != null && !log.equals(LOG_CYCLES) && !log.equals(LOG_EVERYTHING)) {
      throw new UsageException(
          "--log is '%s', wanted %s or %s".formatted(log, LOG_CYCLES, LOG_EVERYTHING));
    }
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

  private FullCycles fullCycles(TrackedSpace run) {
    if (fullCycles != null) {
      return fullCycles;
    }
    return run.space().execution().simulatedTime() ? FullCycles.PAUSE : FullCycles.BESIDE;
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
