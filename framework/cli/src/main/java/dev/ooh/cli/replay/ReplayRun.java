package dev.ooh.cli.replay;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Session;
import dev.ooh.cli.SessionOptions;
import dev.ooh.cli.TextTable;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.recording.RecordingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh replay}. */
@Command(
    name = "ooh replay",
    modelTransformer = ReplayRun.OnTheMachine.class,
    description = {
      "Replays recorded page writes on the simulated machine, under each technique, and prices what"
          + " happens there by a cost profile: sc22, or what ooh calibrate wrote. Each replay has a"
          + " machine of its own, so several run at once.",
      "Figures are sums over the intervals after the first whose writes were seen exactly. The"
          + " slowdown is against the untracked run if that was recorded (ooh micro does), else"
          + " against the recorded time between fetches, which contains what tracking cost then."
    })
final class ReplayRun implements Callable<Integer> {
  private final Tracking tracking;

  @Mixin private SessionOptions options = new SessionOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "What ooh record wrote.")
  private Path file = Path.of(".");

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "Replays at once (default: the processors, 4 at most).")
  private int jobs = Math.min(4, Runtime.getRuntime().availableProcessors());

  ReplayRun(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public Integer call() throws Exception {
    if (jobs < 1) {
      throw new UsageException("--jobs is " + jobs + ", wanted 1 or more");
    }
    RecordedProgram.Contents contents = contents();
    PrintWriter out = spec.commandLine().getOut();
    TextTable table =
        new TextTable(
            "recorded",
            "technique",
            ">slowdown",
            ">impact",
            ">fetch",
            ">frozen",
            "",
            ">network MB",
            ">intervals");
    try (Session session = Session.open(tracking, options, "replay", spec)) {
      long stores = 0;
      int inexact = 0;
      long before = System.nanoTime();
      List<Replayed> all = new Replays(session, file, jobs).of(contents.programs());
      long nanos = System.nanoTime() - before;
      for (Replayed replayed : all) {
        add(session, replayed, table);
        stores += replayed.result().written();
        inexact = Math.max(inexact, replayed.result().inexact());
      }
      session.plotRows("tracked_slowdown", "Slowdown by prediction", "recorded", "slowdown, x");
      session.progress().clear();
      table.lines().forEach(out::println);
      notes(contents, inexact, out);
      out.printf(
          Locale.ROOT,
          "replayed %d page writes in %.1f s: %.1f million a second%n",
          stores,
          nanos / 1e9,
          stores * 1e3 / nanos);
      session.finish();
    }
    return 0;
  }

  private RecordedProgram.Contents contents() throws CommandException {
    try {
      RecordedProgram.Contents contents = RecordedProgram.of(file);
      if (contents.programs().isEmpty()) {
        throw new CommandException(
            "%s holds no interval after a first one%s, wanted a program that a technique tracked"
                .formatted(file, contents.whole() ? "" : " (it is cut short)"));
      }
      return contents;
    } catch (RecordingException e) {
      throw new CommandException(ErrorText.of(e), e);
    } catch (IOException e) {
      throw new CommandException(file + " can't be read: " + ErrorText.reason(e), e);
    }
  }

  private static void add(Session session, Replayed replayed, TextTable table)
      throws CommandException {
    RecordedProgram program = replayed.program();
    ReplayResult result = replayed.result();
    String application = program.name().application();
    // Several may have recorded the same program.
    String configuration =
        "%s by %s".formatted(program.name().configuration(), program.program().technique()).strip();
    String time = replayed.timeUnit();
    Rows rows =
        (metric, value, unit) ->
            session.row(replayed.run(), application, configuration, metric, value, unit);
    rows.add("tracked_slowdown", result.slowdown(), "x");
    rows.add("impact_time", result.impactMillis(), time);
    rows.add("fetch_time", result.fetchMillis(), time);
    rows.add("setup_time", result.setupMillis(), time);
    rows.add("frozen_time", result.frozenMillis(), time);
    rows.add("longest_frozen_time", result.longestFrozenMillis(), time);
    rows.add("network_bytes", result.networkBytes(), "bytes");
    rows.add("untracked_time", result.untrackedMillis(), untrackedUnit(program));
    rows.add("intervals", result.intervals(), "count");
    rows.add("pages_written", result.written(), "pages");
    rows.add("pages_reported", result.reported(), "pages");
    result.events().forEach((id, count) -> rows.add("event." + id, count, "count"));
    table.add(
        program.title(),
        replayed.technique(),
        String.format(Locale.ROOT, "%.3fx", result.slowdown()),
        String.format(Locale.ROOT, "%.3f", result.impactMillis()),
        String.format(Locale.ROOT, "%.3f", result.fetchMillis()),
        String.format(Locale.ROOT, "%.3f", result.frozenMillis()),
        time,
        String.format(Locale.ROOT, "%.1f", result.networkBytes() / 0x1p20),
        Integer.toString(result.intervals()));
    if (result.lost() > 0) {
      throw new CommandException(
          "technique %s lost %d pages of %s, wanted none lost"
              .formatted(replayed.technique(), result.lost(), program.title()));
    }
  }

  private static String untrackedUnit(RecordedProgram program) {
    return program.program().substrate().equals("virtual") ? "sim_ms" : "ms";
  }

  private void notes(RecordedProgram.Contents contents, int inexact, PrintWriter out) {
    if (!contents.whole()) {
      out.printf(
          "cut short: %s was replayed to its last whole interval, of %d%n",
          file, contents.intervals());
    }
    if (inexact > 0) {
      out.printf("left out: %d intervals whose writes were not seen exactly%n", inexact);
    }
    if (contents.programs().stream().anyMatch(each -> each.untrackedNanos().isEmpty())) {
      out.printf(
          "no untracked run %s: slowdowns are against the recorded time between fetches%n",
          contents.whole() ? "was recorded" : "is in what is left");
    }
  }

  /** Takes away the options of who runs a program: where its memory lives, and its recording. */
  static final class OnTheMachine implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec all) {
      for (String option : List.of("--substrate", "--record")) {
        all.remove(all.findOption(option));
      }
      return all;
    }
  }

  /** Adds a figure of the program at hand. */
  private interface Rows {
    void add(String metric, double value, String unit);
  }
}
