package dev.ooh.evaluation;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.CsvRows;
import dev.ooh.cli.PricedEvents;
import dev.ooh.cli.Progress;
import dev.ooh.cli.Provenance;
import dev.ooh.cli.Row;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.cli.plot.Chart;
import dev.ooh.cli.plot.ChartImage;
import dev.ooh.evaluation.figure.Experiment;
import dev.ooh.evaluation.figure.Experiments;
import dev.ooh.evaluation.figure.Figures;
import dev.ooh.evaluation.figure.Plan;
import dev.ooh.evaluation.figure.Published;
import dev.ooh.evaluation.figure.Result;
import dev.ooh.evaluation.report.Comparison;
import dev.ooh.evaluation.report.HtmlReport;
import dev.ooh.evaluation.report.JsonFigures;
import dev.ooh.evaluation.run.Measurement;
import dev.ooh.evaluation.run.Measurements;
import dev.ooh.evaluation.run.Pricing;
import dev.ooh.evaluation.run.RowFile;
import dev.ooh.evaluation.run.SameCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh evaluate}. */
@Command(
    name = "ooh evaluate",
    description = {
      "Repeats the paper's evaluation on the simulated machine, and writes a report beside the"
          + " published figures: report.html, results.csv, results.json, a file a figure.",
      "What is measured stays in DIR/runs: an interrupted evaluation goes on where it was."
    })
final class EvaluateRun implements Callable<Integer> {
  private final Supplier<String> codeVersion;
  private final String version;
  private final Tracking tracking;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where it goes; made if it isn't there.")
  private Path out = Path.of(".");

  @Option(
      names = "--quick",
      description =
          "The small configuration, one seed, of the in-memory engines baby alone, and 1, 2 and 5"
              + " virtual machines at once, in minutes. Else small, medium and large, five seeds each,"
              + " all five engines, and 1 to 5 virtual machines, which takes hours.")
  private boolean quick;

  @Option(
      names = "--configurations",
      paramLabel = "C",
      split = ",",
      description = "Only these: small, medium, large.")
  private List<String> configurations = List.of();

  @Option(
      names = "--only",
      paramLabel = "X",
      split = ",",
      description =
          "Only these experiments, such as figure4,table3; the report and results.csv then have no"
              + " others.")
  private List<String> only = List.of();

  @Option(
      names = "--against",
      paramLabel = "DIR2",
      description = "Another evaluation to compare with: what differs comes first in the report.")
  private @Nullable Path against;

  @Option(
      names = {"--cost-profile", "--profile"},
      paramLabel = "P",
      defaultValue = "sc22",
      description =
          "What simulated events cost: sc22, kvm-dirty-ring or a CSV file, such as ooh calibrate"
              + " writes (default: ${DEFAULT-VALUE}). It prices all experiments but those that name"
              + " a profile of their own. Published values stay those of the paper's machine.")
  private String profile = "sc22";

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description =
          "Runs at once (default: the processors, 4 at most), fewer where they would take more than"
              + " 8 GiB together.")
  private int jobs = Math.min(4, Runtime.getRuntime().availableProcessors());

  /** A run by the code that {@code codeVersion} tells, as it is at any time. */
  EvaluateRun(Supplier<String> codeVersion, Tracking tracking) {
    this.codeVersion = codeVersion;
    this.version = codeVersion.get();
    this.tracking = tracking;
  }

  @Override
  public Integer call() throws Exception {
    if (jobs < 1) {
      throw new UsageException("--jobs is " + jobs + ", wanted 1 or more");
    }
    Published published = Published.load();
    Plan plan = plan();
    List<Experiment> experiments = chosen(Experiments.of(plan, published));
    ProfileCheck.check(PricedEvents.of(tracking, profile), profile, experiments);
    Pricing pricing = Pricing.of(profile);
    Path other = against;
    List<Row> before = other == null ? List.of() : RowFile.read(other.resolve("results.csv"));
    try (OutputFolder folder = OutputFolder.open(out, version, command())) {
      Set<Measurement> wanted = new LinkedHashSet<>();
      experiments.forEach(experiment -> wanted.addAll(experiment.runs()));
      List<Result> results = new ArrayList<>();
      Map<String, String> facts = facts(plan);
      try (Progress progress = Progress.onTerminal()) {
        Measurements measurements =
            new Measurements(
                folder.runs(), jobs, pricing, new SameCode(version, codeVersion), progress::show);
        Map<Measurement, List<Row>> rows = measurements.run(List.copyOf(wanted));
        progress.clear();
        facts.putAll(measurements.prices(wanted));
        Figures figures = Figures.of(rows.values().stream().flatMap(List::stream).toList());
        experiments.forEach(experiment -> results.add(experiment.result(figures)));
      }
      List<Row> rows = results.stream().flatMap(result -> result.rows().stream()).toList();
      Optional<Comparison> comparison =
          other == null
              ? Optional.empty()
              : Optional.of(Comparison.of(rows, other.toString(), before));
      write(folder, results, rows, facts, published, comparison);
      print(results, published, comparison);
    }
    return 0;
  }

  private String command() {
    return "ooh evaluate " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
  }

  /** What the figures were made by, as a reader of the report asks. */
  private Map<String, String> facts(Plan plan) {
    Map<String, String> facts = Provenance.of(version, command());
    facts.put("host", Provenance.host());
    facts.put("times", "simulated: counted events times the prices of a cost profile");
    facts.put("cost profile", profile);
    facts.put("configurations", String.join(", ", plan.configurations()));
    facts.put(
        "seeds",
        plan.seeds() == 1
            ? "1, of whatever is drawn at random"
            : "1 to %d, of whatever is drawn at random: means, and half of what they differ by"
                .formatted(plan.seeds()));
    facts.put("in-memory engines", String.join(", ", plan.engines()));
    facts.put(
        "virtual machines at once",
        "%s, %s %s"
            .formatted(
                plan.machines().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                Plan.IN_MACHINES,
                plan.inMachinesConfiguration()));
    return facts;
  }

  private Plan plan() throws UsageException {
    Plan plan = quick ? Plan.quick() : Plan.whole();
    if (configurations.isEmpty()) {
      return plan;
    }
    for (String configuration : configurations) {
      if (!Plan.whole().configurations().contains(configuration)) {
        throw new UsageException(
            "--configurations has '%s', wanted small, medium or large".formatted(configuration));
      }
    }
    return plan.of(configurations);
  }

  private List<Experiment> chosen(List<Experiment> all) throws UsageException {
    Set<String> names =
        all.stream().map(Experiment::name).collect(Collectors.toCollection(LinkedHashSet::new));
    for (String name : only) {
      if (!names.contains(name)) {
        throw new UsageException(
            "--only has '%s', wanted some of: %s".formatted(name, String.join(", ", names)));
      }
    }
    return only.isEmpty()
        ? all
        : all.stream().filter(experiment -> only.contains(experiment.name())).toList();
  }

  private void write(
      OutputFolder folder,
      List<Result> results,
      List<Row> rows,
      Map<String, String> facts,
      Published published,
      Optional<Comparison> comparison)
      throws CommandException, IOException {
    try (CsvRows csv = CsvRows.to(folder.path().resolve("results.csv"))) {
      csv.origin(facts);
      rows.forEach(csv::add);
      csv.finish();
    }
    folder.write("results.json", JsonFigures.of(facts, results, published));
    Map<String, List<String>> images = images(folder, results);
    folder.write("report.html", HtmlReport.of(facts, results, images, published, comparison));
  }

  private static Map<String, List<String>> images(OutputFolder folder, List<Result> results)
      throws CommandException, IOException {
    Map<String, List<String>> images = new LinkedHashMap<>();
    for (Result result : results) {
      List<String> svgs = new ArrayList<>();
      String name = result.experiment().name();
      for (Chart chart : result.charts()) {
        String suffix =
            result.charts().size() == 1 ? "" : String.valueOf((char) ('a' + svgs.size()));
        ChartImage image = new ChartImage(chart);
        byte[] svg = image.svg();
        folder.write(name + suffix + ".svg", svg);
        folder.write(name + suffix + ".pdf", image.pdf());
        svgs.add(new String(svg, StandardCharsets.UTF_8));
      }
      images.put(name, svgs);
    }
    return images;
  }

  private void print(List<Result> results, Published published, Optional<Comparison> comparison) {
    PrintWriter terminal = spec.commandLine().getOut();
    TextTable table =
        new TextTable("headline", ">simulated", ">published", "", "application", "configuration");
    List<Row> headlines =
        results.stream()
            .flatMap(result -> result.rows().stream())
            .filter(row -> row.experiment().equals("answers"))
            .toList();
    for (Row row : headlines) {
      OptionalDouble paper = published.value("answers", "", "", "", row.metric());
      table.add(
          row.metric(),
          String.format(Locale.ROOT, "%.1f", Double.parseDouble(row.value())),
          paper.isPresent() ? String.format(Locale.ROOT, "%.0f", paper.getAsDouble()) : "",
          row.unit(),
          row.application(),
          row.configuration());
    }
    if (!headlines.isEmpty()) {
      table.lines().forEach(terminal::println);
    }
    comparison.ifPresent(found -> terminal.println(found.summary()));
    terminal.printf("report: %s%n", out.resolve("report.html"));
  }
}
