package dev.ooh.cli.micro;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.MachineOptions;
import dev.ooh.cli.Machines;
import dev.ooh.cli.Megabytes;
import dev.ooh.cli.Row;
import dev.ooh.cli.Session;
import dev.ooh.cli.SessionOptions;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UnpricedWork;
import dev.ooh.cli.UsageException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh micro}. */
@Command(
    name = "ooh micro",
    description = {
      "The paper's array micro-benchmark: one 8-byte store to each 4 KiB page of a touched array,"
          + " pass after pass, under each technique.",
      "Figures are sums over the intervals from the second on; the first is always all pages."
          + " Measured times are those of the median pass, times the passes, after a warm-up."
    })
final class MicroRun implements Callable<Integer> {
  private static final BigDecimal ALL = BigDecimal.valueOf(100);

  private static final int MOST_WARM_UP = 3600;

  private static final String APPLICATION = "array";
  private final Tracking tracking;

  @Mixin private SessionOptions options = new SessionOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--sizes",
      paramLabel = "MB",
      defaultValue = "1,10,50,100,250,500,1000",
      description = "Sizes of the array in MB, a comma list (default: ${DEFAULT-VALUE}).")
  private List<String> sizes = List.of();

  @Option(
      names = "--dirty",
      paramLabel = "PERCENT",
      description =
          "Percentages of the array's pages that each pass stores to, a comma list (default: all).")
  private List<String> dirty = List.of();

  @Option(
      names = "--passes",
      paramLabel = "N",
      defaultValue = "3",
      description = "Passes to measure, 3 or more (default: ${DEFAULT-VALUE}).")
  private int passes = 3;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = WarmUp.USUAL_SECONDS,
      description =
          "Where time is measured: at most so long is each pass repeated before it is measured,"
              + " and at least 0.6 s of that until nothing was compiled for 0.4 s; 0 for once."
              + " A busy machine needs more than an idle one (default: ${DEFAULT-VALUE}).")
  private double warmUp;

  @Option(
      names = "--huge-pages",
      description =
          "Lets the array have pages of 2 MiB, each with one dirty flag; the application is then"
              + " called array-huge-pages.")
  private boolean hugePages;

  @Mixin private MachineOptions machines = new MachineOptions();

  MicroRun(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public Integer call() throws Exception {
    List<Configuration> configurations = configurations();
    if (passes < 3) {
      throw new UsageException("--passes is " + passes + ", wanted 3 or more");
    }
    if (!(warmUp >= 0 && warmUp <= MOST_WARM_UP)) {
      throw new UsageException(
          "--warm-up is %s, wanted seconds from 0 to %d"
              .formatted(Row.number(warmUp), MOST_WARM_UP));
    }
    int count = machines.count(options);
    PrintWriter out = spec.commandLine().getOut();
    try (Session session = Session.open(tracking, options, "micro", spec)) {
      TextTable table =
          new TextTable(
              "technique", ">MB", ">slowdown", ">tracker", ">set-up", "", ">written", ">reported");
      List<UnpricedWork> unpriced = new ArrayList<>();
      int done = 0;
      for (String technique : session.techniques()) {
        for (Configuration configuration : configurations) {
          session
              .progress()
              .show(
                  "micro: %s, %s MB (%d of %d)"
                      .formatted(
                          technique,
                          configuration.name(),
                          ++done,
                          configurations.size() * session.techniques().size()));
          measure(session, technique, configuration, count, table, unpriced);
        }
      }
      session.plotRows(
          "tracked_slowdown", "Slowdown of the tracked program", "array, MB", "slowdown, x");
      session.progress().clear();
      table.lines().forEach(out::println);
      unpriced.forEach(work -> out.println(work.note()));
      session.finish();
    }
    return 0;
  }

  private void measure(
      Session session,
      String technique,
      Configuration configuration,
      int count,
      TextTable table,
      List<UnpricedWork> unpriced)
      throws Exception {
    try (Machines all = session.machines(technique, machines.settings(Map.of()), count)) {
      if (!session.isSimulated()) {
        FreeMemory.require(configuration.megabytes);
      }
      List<ArrayResult> results =
          all.run(
              run ->
                  new ArrayBenchmark(
                          run,
                          configuration.megabytes,
                          configuration.percent,
                          passes,
                          new WarmUp(warmUp),
                          hugePages,
                          machines.vcpus())
                      .measure());
      for (int machine = 0; machine < results.size(); machine++) {
        add(session, all.spaces().get(machine), configuration, results.get(machine), table);
      }
      session.means(all);
      unpriced.addAll(results.getFirst().unpriced());
    }
  }

  private void add(
      Session session,
      TrackedSpace run,
      Configuration configuration,
      ArrayResult result,
      TextTable table)
      throws CommandException {
    run.wrote(result.pagesWritten());
    session.untracked(run, result.untrackedPass());
    String application = hugePages ? APPLICATION + "-huge-pages" : APPLICATION;
    String name = machines.named(configuration.name());
    String time = run.timeUnit();
    session.row(run, application, name, "tracked_slowdown", result.slowdown(), "x");
    session.row(run, application, name, "tracker_time", result.trackerTime(), time);
    session.row(run, application, name, "setup_time", result.setupTime(), time);
    if (!session.isSimulated()) {
      session.row(run, application, name, "untracked_pass", result.untrackedPass(), time);
    }
    session.row(run, application, name, "pages_written", result.pagesWritten(), "pages");
    session.row(run, application, name, "pages_reported", result.pagesReported(), "pages");
    session.row(run, application, name, "bytes_reported", result.bytesReported(), "bytes");
    session.row(run, application, name, "pages_lost", result.pagesLost(), "pages");
    result
        .events()
        .forEach((id, times) -> session.row(run, application, name, "event." + id, times, "count"));
    result
        .times()
        .forEach((id, millis) -> session.row(run, application, name, "time." + id, millis, time));
    for (UnpricedWork work : result.unpriced()) {
      session.row(run, application, name, "unpriced_accesses", work.accesses(), "count");
    }
    table.add(
        run.technique(),
        name,
        String.format(Locale.ROOT, "%.3fx", result.slowdown()),
        String.format(Locale.ROOT, "%.3f", result.trackerTime()),
        String.format(Locale.ROOT, "%.3f", result.setupTime()),
        time,
        Long.toString(result.pagesWritten()),
        Long.toString(result.pagesReported()));
    if (result.pagesLost() > 0) {
      throw new CommandException(
          "technique %s lost %d of %d pages written to the %s MB array, wanted none lost"
              .formatted(run.technique(), result.pagesLost(), result.pagesWritten(), name));
    }
  }

  private List<Configuration> configurations() throws UsageException {
    List<Configuration> configurations = new ArrayList<>();
    for (int megabytes : Megabytes.of(sizes)) {
      if (dirty.isEmpty()) {
        configurations.add(new Configuration(megabytes, 100, ""));
      }
      for (String text : SessionOptions.commaLists(dirty)) {
        double percent = percent(text);
        configurations.add(new Configuration(megabytes, percent, "/" + Row.number(percent)));
      }
    }
    return configurations;
  }

  private static double percent(String text) throws UsageException {
    try {
      BigDecimal percent = new BigDecimal(text.strip());
      if (percent.signum() > 0 && percent.compareTo(ALL) <= 0) {
        return percent.doubleValue();
      }
    } catch (NumberFormatException e) {
      throw new UsageException(
          "--dirty has '%s', which is no number; wanted percent above 0 and up to 100"
              .formatted(text));
    }
    throw new UsageException(
        "--dirty has '%s', wanted percent above 0 and up to 100".formatted(text));
  }

  private record Configuration(int megabytes, double percent, String suffix) {
    String name() {
      return megabytes + suffix;
    }
  }
}
