package dev.ooh.cli;

import dev.ooh.cli.plot.Chart;
import dev.ooh.cli.plot.PointChart;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Nearest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SimulatedCosts;
import dev.ooh.tracking.facility.VirtualHost;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * One measuring command at work: the substrate it chose, the techniques, its rows and its progress.
 * For one thread.
 */
public final class Session implements AutoCloseable {
  /** Those of the substrate, and what {@code ooh calibrate} writes unless told otherwise. */
  private static final List<String> KNOWN_PROFILES =
      List.of("sc22", "kvm-dirty-ring", "zero", "this-machine");

  private final String experiment;
  private final SessionOptions options;
  private final Tracking tracking;
  private final Substrate substrate;
  private final TechniqueChoice choice;
  private final CsvRows rows;
  private final PlotFile plot;
  private final RecordingFile recording;
  private final Progress progress;
  private final PrintWriter err;
  private final boolean simulated;

  /** By space of one of several machines. */
  private final Map<TrackedSpace, MachineMeans> means = new HashMap<>();

  private boolean refusalsTold;

  private Session(
      String experiment,
      SessionOptions options,
      Tracking tracking,
      Substrate substrate,
      TechniqueChoice choice,
      CsvRows rows,
      PlotFile plot,
      RecordingFile recording,
      PrintWriter err,
      boolean simulated) {
    this.experiment = experiment;
    this.options = options;
    this.tracking = tracking;
    this.substrate = substrate;
    this.choice = choice;
    this.rows = rows;
    this.plot = plot;
    this.recording = recording;
    this.progress = Progress.onTerminal();
    this.err = err;
    this.simulated = simulated;
  }

  /**
   * Finds what {@code options} ask for and tries the techniques.
   *
   * @param experiment the name of the command, for rows and address spaces
   * @throws UsageException if a substrate, technique or cost profile is not there
   * @throws CommandException if a technique that was named is refused, or the CSV file can't be
   *     written
   */
  public static Session open(
      Tracking tracking, SessionOptions options, String experiment, CommandSpec spec)
      throws UsageException, CommandException {
    Path csv = options.csv();
    if (csv != null && csv.toString().isBlank()) {
      throw new UsageException("--csv is '%s', wanted a file".formatted(csv));
    }
    TrackingControl control = tracking.control();
    Substrate substrate = tracking.substrate(options.substrate());
    Optional<String> refusal = substrate.refusal();
    if (refusal.isPresent()) {
      throw new CommandException(
          "substrate %s can't be used here: %s".formatted(substrate.name(), refusal.get()));
    }
    KnownSettings.of(tracking).check(options.settings());
    PrintWriter err = spec.commandLine().getErr();
    List<TechniqueStatus> found;
    boolean simulated;
    Map<String, String> prices;
    try (AddressSpace trial = substrate.open(settings(options, experiment + "-probe"))) {
      found = control.list(trial);
      simulated = trial.execution().simulatedTime();
      prices = trial.facility(SimulatedCosts.class).map(SimulatedCosts::sources).orElse(Map.of());
      if (!simulated) {
        idle("--cost-profile", options.costProfile(), substrate, err);
        idle("--memory", options.memory(), substrate, err);
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(ErrorText.of(e) + proposal(options.costProfile()));
    }
    TechniqueChoice choice = TechniqueChoice.of(options.techniques(), found, substrate.name());
    PlotFile plot = PlotFile.to(options.plot());
    CsvRows rows = CsvRows.to(csv);
    Map<String, String> origin = origin(options, experiment, substrate, spec);
    origin.putAll(Provenance.ofPrices(prices));
    rows.origin(origin);
    RecordingFile recording = RecordingFile.to(options.recording(), tracking);
    return new Session(
        experiment, options, tracking, substrate, choice, rows, plot, recording, err, simulated);
  }

  private static Map<String, String> origin(
      SessionOptions options, String experiment, Substrate substrate, CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of("ooh", experiment));
    words.addAll(spec.commandLine().getParseResult().originalArgs());
    Map<String, String> origin = Provenance.here(String.join(" ", words));
    String profile = options.costProfile();
    origin.put("substrate", substrate.name());
    origin.put("cost profile", profile == null ? "sc22, where costs are simulated" : profile);
    origin.put("seed", Long.toString(options.seed()));
    return origin;
  }

  /** The known profile that a name without a file may have meant. */
  static String proposal(@Nullable String profile) {
    return profile == null || Files.exists(Path.of(profile))
        ? ""
        : Nearest.of(profile, KNOWN_PROFILES).map(" (did you mean %s?)"::formatted).orElse("");
  }

  private static void idle(
      String option, @Nullable Object given, Substrate substrate, PrintWriter err) {
    if (given != null) {
      err.printf("%s has no effect on %s, where nothing is simulated%n", option, substrate.name());
    }
  }

  private static SpaceOptions settings(SessionOptions options, String name) {
    SpaceOptions settings = SpaceOptions.named(name).with("seed", Long.toString(options.seed()));
    String profile = options.costProfile();
    if (profile != null) {
      settings = settings.with("cost-profile", profile);
    }
    Long memory = options.memory();
    if (memory != null) {
      settings = settings.with("memory", Long.toString(memory));
    }
    for (Map.Entry<String, String> setting : options.settings().entrySet()) {
      settings = settings.with(setting.getKey(), setting.getValue());
    }
    return settings;
  }

  /**
   * What was asked for, {@code all} (also when nothing was) resolved: the baseline {@code none},
   * then every usable technique, the cheapest last. Those that {@code all} means and that are
   * refused are named on the command's standard error, once.
   */
  public List<String> techniques() {
    if (!refusalsTold) {
      choice.refused().forEach(err::println);
      refusalsTold = true;
    }
    return choice.techniques();
  }

  /**
   * For commands that run once: the technique asked for, else the best that is usable.
   *
   * @throws UsageException when several were asked for
   */
  public String technique() throws UsageException {
    return choice.single();
  }

  public SessionOptions options() {
    return options;
  }

  public Substrate substrate() {
    return substrate;
  }

  /**
   * Opens a fresh address space for a run under {@code technique}; the caller closes it.
   *
   * @throws CommandException if the technique went away or is refused meanwhile
   */
  public TrackedSpace start(String technique) throws CommandException {
    return start(technique, Map.of());
  }

  /** As above, with further settings of the space, which those of the command line override. */
  public TrackedSpace start(String technique, Map<String, String> settings)
      throws CommandException {
    TrackedSpace run = rehearse(technique, settings);
    recording.started(run.space(), experiment, technique);
    return run;
  }

  /**
   * Starts {@code count} machines of one host, each with a fresh address space under {@code
   * technique}. What {@link #row} gets of several is for {@link #means}.
   *
   * @throws UsageException if there are to be several, or one with several virtual CPUs, and the
   *     substrate has no virtual machines
   * @throws CommandException as {@link #start(String)}
   */
  public Machines machines(String technique, Map<String, String> settings, int count)
      throws CommandException, UsageException {
    List<TrackedSpace> spaces = new ArrayList<>();
    boolean complete = false;
    try {
      spaces.add(count == 1 ? start(technique, settings) : rehearse(technique, settings));
      Optional<VirtualHost> host = spaces.getFirst().space().facility(VirtualHost.class);
      if (host.isEmpty()) {
        requireOne("vms", Integer.toString(count));
        requireOne(MachineOptions.VCPUS, settings.getOrDefault(MachineOptions.VCPUS, "1"));
      }
      while (spaces.size() < count) {
        spaces.add(open(technique, settings, host.orElseThrow()::open));
      }
      complete = true;
    } finally {
      if (!complete) {
        spaces.forEach(TrackedSpace::close);
      }
    }
    if (count > 1) {
      MachineMeans ofAll = new MachineMeans();
      spaces.forEach(space -> means.put(space, ofAll));
    }
    return new Machines(spaces);
  }

  private void requireOne(String option, String given) throws UsageException {
    if (!given.equals("1")) {
      throw new UsageException(
          "--%s is %s, wanted 1 on %s, which has no virtual machines"
              .formatted(option, given, substrate.name()));
    }
  }

  /** As above, for a run that is no part of what is measured and recorded: a warm-up. */
  public TrackedSpace rehearse(String technique, Map<String, String> settings)
      throws CommandException {
    return open(technique, settings, substrate::open);
  }

  private TrackedSpace open(
      String technique, Map<String, String> settings, Function<SpaceOptions, AddressSpace> opener)
      throws CommandException {
    SpaceOptions asked = settings(options, experiment + "-" + technique);
    SpaceOptions all = new SpaceOptions(asked.name(), settings);
    for (Map.Entry<String, String> setting : asked.settings().entrySet()) {
      all = all.with(setting.getKey(), setting.getValue());
    }
    try {
      return TrackedSpace.of(opener.apply(all), tracking.control(), technique);
    } catch (TrackingException e) {
      throw new CommandException(
          "technique %s on %s: %s".formatted(technique, substrate.name(), ErrorText.of(e)), e);
    }
  }

  /** Adds a figure. */
  public void row(
      TrackedSpace run,
      String application,
      String configuration,
      String metric,
      double value,
      String unit) {
    Row row = row(run, application, configuration, metric, Row.number(value), unit);
    MachineMeans ofSeveral = means.get(run);
    if (ofSeveral == null) {
      rows.add(row);
    } else {
      ofSeveral.number(row);
    }
  }

  /** Adds a figure that is text, such as a checksum. */
  public void text(
      TrackedSpace run,
      String application,
      String configuration,
      String metric,
      String value,
      String unit) {
    Row row = row(run, application, configuration, metric, value, unit);
    MachineMeans ofSeveral = means.get(run);
    if (ofSeveral == null) {
      rows.add(row);
    } else {
      ofSeveral.text(row);
    }
  }

  private Row row(
      TrackedSpace run,
      String application,
      String configuration,
      String metric,
      String value,
      String unit) {
    String name = named(configuration);
    recording.named(run.space(), application, name);
    return new Row(
        experiment, substrate.name(), run.technique(), application, name, metric, value, unit);
  }

  /** With the virtual CPUs that {@code --set} gave to a command without an option for them. */
  private String named(String configuration) {
    String vcpus = options.settings().get(MachineOptions.VCPUS);
    return vcpus != null
            && substrate.settings().stream().anyMatch(it -> it.name().equals(MachineOptions.VCPUS))
        ? MachineOptions.named(configuration, MachineOptions.number(vcpus))
        : configuration;
  }

  /**
   * Adds the means of what {@link #row} got of several machines, and of how long each ran and
   * waited for a physical CPU, and how often it got one from another; does nothing for one machine.
   *
   * @throws CommandException if text such as a checksum is not the same for all
   */
  public void means(Machines machines) throws CommandException {
    MachineMeans ofSeveral = means.get(machines.spaces().getFirst());
    if (ofSeveral != null) {
      ofSeveral.rows(machines.usages()).forEach(rows::add);
      machines.spaces().forEach(means::remove);
    }
  }

  /**
   * Tells a recording how long the work of one interval of {@code run} takes when nobody tracks it,
   * against which what tracking costs is compared when it is replayed.
   *
   * @param millis by the clock of the run
   */
  public void untracked(TrackedSpace run, double millis) {
    recording.untracked(run.space(), millis);
  }

  /** Whether times are simulated; else they are measured. */
  public boolean isSimulated() {
    return simulated;
  }

  /** As {@link #plot(Chart)}: a metric by configuration, on a logarithmic scale. */
  public void plotRows(String metric, String title, String horizontal, String vertical) {
    String label = isSimulated() ? vertical + ", simulated" : vertical;
    plot.draw(RowChart.of(rows.rows(), metric, title, horizontal, label));
  }

  /** What {@code --plot} is to show. */
  public void plot(Chart chart) {
    plot.draw(chart);
  }

  /** What {@code --plot} is to show. */
  public void plot(PointChart chart) {
    plot.draw(chart);
  }

  public List<Row> rows() {
    return new ArrayList<>(rows.rows());
  }

  public Progress progress() {
    return progress;
  }

  /**
   * Writes the files that were asked for. Call it when everything went well and is printed: a disk
   * that is full must not take the figures of a long run with it.
   *
   * @throws CommandException if one can't be written, naming it; the others are there
   */
  public void finish() throws CommandException {
    progress.clear();
    CommandException failure = null;
    for (Output each : List.<Output>of(recording::finish, rows::finish, plot::finish)) {
      try {
        each.finish();
      } catch (CommandException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    progress.close();
    recording.close();
    rows.close();
  }

  /** A file to be written. */
  private interface Output {
    void finish() throws CommandException;
  }
}
