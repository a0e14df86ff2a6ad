package dev.ooh.cli.demo;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.DemoConsumer;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Progress;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UnpricedWork;
import dev.ooh.cli.micro.ArrayBenchmark;
import dev.ooh.cli.micro.ArrayResult;
import dev.ooh.cli.micro.WarmUp;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueStatus;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh demo}. */
@Command(
    name = "ooh demo",
    description =
        "Runs each program that lives on changed pages once, under one technique after the other,"
            + " switching in the middle of an interval, and compares every interval with an oracle.")
final class DemoRun implements Callable<Integer> {
  private static final int INTERVALS_EACH = 4;
  private static final int QUICK_INTERVALS_EACH = 2;
  private static final int ARRAY_MB = 10;
  private static final int ARRAY_PASSES = 3;

  private final Tracking tracking;
  private final List<DemoConsumer> consumers;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--quick", description = "Do less of everything.")
  private boolean quick;

  @Option(
      names = "--substrate",
      paramLabel = "S",
      description = "Only there (default: everywhere it can run).")
  private @Nullable String only;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of whatever is drawn at random (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  private final TextTable table =
      new TextTable(
          "program",
          "substrate",
          "technique",
          ">intervals",
          ">written",
          ">reported",
          ">cost",
          "unit",
          ">per page");
  private final List<UnpricedWork> unpriced = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private final List<String> checks = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private long intervals;
  private int switches;

  DemoRun(Tracking tracking, List<DemoConsumer> consumers) {
    this.tracking = tracking;
    this.consumers = List.copyOf(consumers);
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    String wanted = only;
    List<Substrate> substrates =
        wanted == null ? tracking.substrates() : List.of(tracking.substrate(wanted));
    try (Progress progress = Progress.onTerminal()) {
      for (Substrate substrate : substrates) {
        if (substrate.refusal().isPresent()) {
          refused.add("%s: %s".formatted(substrate.name(), substrate.refusal().get()));
        } else {
          show(substrate, progress);
        }
      }
    }
    if (table.isEmpty()) {
      throw new CommandException(
          "found no substrate to run on, wanted virtual or linux"
              + (refused.isEmpty() ? "" : " (" + String.join("; ", refused) + ")"));
    }
    report(out);
    if (!failures.isEmpty()) {
      throw new CommandException(
          "%d checks failed, first: %s".formatted(failures.size(), failures.getFirst()));
    }
    return 0;
  }

  private void show(Substrate substrate, Progress progress) throws Exception {
    List<String> usable = new ArrayList<>();
    try (AddressSpace trial = substrate.open(SpaceOptions.named("demo-probe"))) {
      for (TechniqueStatus status : tracking.control().list(trial).reversed()) {
        Probe probe = status.probe();
        if (probe.usable()) {
          usable.add(status.descriptor().name());
        } else {
          refused.add(
              "%s on %s: %s%s"
                  .formatted(
                      status.descriptor().name(),
                      substrate.name(),
                      probe.reason(),
                      probe.remedy().isEmpty() ? "" : " (" + probe.remedy() + ")"));
        }
      }
    }
    for (DemoConsumer consumer : consumers) {
      progress.show("demo: %s on %s: %s".formatted(consumer.name(), substrate.name(), usable));
      perform(consumer, substrate, usable);
    }
    for (String technique : usable) {
      progress.show("demo: array on %s: %s".formatted(substrate.name(), technique));
      array(substrate, technique);
    }
  }

  private TrackedSpace open(
      Substrate substrate, String program, String technique, Map<String, String> settings)
      throws Exception {
    SpaceOptions options =
        new SpaceOptions("demo-" + program, settings).with("seed", Long.toString(seed));
    return TrackedSpace.of(substrate.open(options), tracking.control(), technique);
  }

  private void perform(DemoConsumer consumer, Substrate substrate, List<String> usable)
      throws Exception {
    try (TrackedSpace run =
        open(substrate, consumer.name(), usable.getFirst(), consumer.settings())) {
      Stage stage =
          new Stage(
              consumer.name(),
              run,
              usable,
              quick ? QUICK_INTERVALS_EACH : INTERVALS_EACH,
              quick,
              seed);
      try {
        run.space()
            .execution()
            .run(
                () -> {
                  consumer.run(stage);
                  stage.end();
                  return 0;
                });
      } catch (Exception e) {
        throw new CommandException(
            "%s on %s under %s: %s"
                .formatted(consumer.name(), substrate.name(), run.technique(), ErrorText.of(e)),
            e);
      }
      stage.rows().forEach(this::add);
      stage
          .checks()
          .forEach(what -> checks.add(consumer.name() + " on " + substrate.name() + ": " + what));
      stage.failures().forEach(what -> failures.add(what + " (on " + substrate.name() + ")"));
      intervals += stage.intervals();
      switches += stage.switches();
    }
  }

  private void array(Substrate substrate, String technique) throws Exception {
    try (TrackedSpace run = open(substrate, "array", technique, Map.of())) {
      ArrayResult result =
          new ArrayBenchmark(run, quick ? 1 : ARRAY_MB, 100, ARRAY_PASSES, new WarmUp(), false, 1)
              .measure();
      add(
          new DemoRow(
              "array",
              substrate.name(),
              technique,
              ARRAY_PASSES,
              result.pagesWritten(),
              result.pagesReported(),
              result.trackingCost(),
              run.timeUnit(),
              result.unpriced()));
      intervals += ARRAY_PASSES;
      if (result.pagesLost() > 0) {
        failures.add(
            "array on %s under %s: lost %d pages"
                .formatted(substrate.name(), technique, result.pagesLost()));
      }
    }
  }

  private void add(DemoRow row) {
    unpriced.addAll(row.unpriced());
    table.add(
        row.program(),
        row.substrate(),
        row.technique(),
        Long.toString(row.intervals()),
        Long.toString(row.written()),
        Long.toString(row.reported()),
        String.format(Locale.ROOT, "%.3f", row.cost()),
        row.unit(),
        perPage(row));
  }

  /** What lets rows be compared, as no two of them had the same pages to do with. */
  private static String perPage(DemoRow row) {
    return row.unit().equals("sim_ms") && row.written() > 0
        ? String.format(Locale.ROOT, "%.3f sim_us", row.cost() * 1000 / row.written())
        : "";
  }

  private void report(PrintWriter out) {
    out.println("What was written, what each technique reported, and what the tracking cost:");
    out.println();
    table.lines().forEach(line -> out.println("  " + line));
    out.println();
    out.println(
        "  written, reported: pages of 4 KiB, summed over the intervals; the first is left out.");
    out.println(
        "  sim_ms: simulated cost of tracking alone. ms: wall time, the program's own included.");
    unpriced.forEach(work -> out.println("  " + work.note()));
    for (DemoConsumer consumer : consumers) {
      out.println("  " + consumer.name() + ": " + consumer.summary());
    }
    section(out, "Refused:", refused);
    section(out, "Checked:", checks);
    section(out, "Failed:", failures);
    if (failures.isEmpty()) {
      out.println();
      out.printf(
          "nothing lost: %d intervals and %d switches of technique in mid-interval, each compared"
              + " with an oracle%n",
          intervals, switches);
      out.println(
          "next: ./ooh micro --csv micro.csv · ./ooh techniques · ./ooh shell · ./ooh help");
    }
  }

  private static void section(PrintWriter out, String title, List<String> lines) {
    if (!lines.isEmpty()) {
      out.println();
      out.println(title);
      lines.forEach(line -> out.println("  " + line));
    }
  }
}
