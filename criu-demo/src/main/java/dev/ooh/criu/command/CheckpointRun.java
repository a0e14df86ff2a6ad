package dev.ooh.criu.command;

import dev.ooh.cli.ApplicationOptions;
import dev.ooh.cli.ByteSize;
import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Session;
import dev.ooh.cli.SessionOptions;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.criu.CheckpointPlan;
import dev.ooh.criu.CheckpointedRun;
import dev.ooh.criu.Checkpointer;
import dev.ooh.criu.Subject;
import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.store.SetPlace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import dev.ooh.workloads.HeapExhaustedException;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh checkpoint}. */
@Command(
    name = "ooh checkpoint",
    description = {
      "Runs an application, pre-dumps its memory on the way, and dumps it at the end, in image sets"
          + " that CRIU's crit reads. D/latest names the set to restore.",
      "Figures are the final dump's."
    })
final class CheckpointRun implements Callable<Integer> {
  /** What an arena takes beside objects: a block begun for each size class, and its first page. */
  private static final long ARENA_BYTES = 8 << 20;

  /** Each is an image set that stays until the dump: more than this is a slip of the finger. */
  private static final int MOST_PRE_DUMPS = 1000;

  /** The paper's id of the cost of writing a page of a checkpoint. */
  private static final String PAGE_WRITTEN = "CP";

  private static final double NANOS_A_MILLI = 1e6;

  private final Tracking tracking;
  private final ImageDirectories directories;

  @Mixin private SessionOptions options = new SessionOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ApplicationOptions choice = new ApplicationOptions();

  @Mixin private PlaceOptions where = new PlaceOptions();

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Threads that A runs in: baby, cache, stdhash, stdtree and tiny in up to 64, each with the"
              + " keys of a range, so that the result is the same for any number (but cache's, which"
              + " evicts in each range by itself); others in one (default: ${DEFAULT-VALUE}).")
  private int threads = 1;

  @Option(
      names = "--pre-dumps",
      paramLabel = "N",
      defaultValue = "0",
      description = "Pre-dumps, spread evenly over the run (default: ${DEFAULT-VALUE}).")
  private int preDumps;

  @Option(
      names = "--until",
      paramLabel = "PERCENT",
      defaultValue = "100",
      description =
          "How far the application runs before it is dumped; it goes on afterwards (default:"
              + " ${DEFAULT-VALUE}).")
  private double until = 100;

  @Option(
      names = "--verify",
      description = "Compare every page that the final dump leaves to its parents with memory.")
  private boolean verify;

  @Option(
      names = "--copies",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = {
        "How much of its memory may be copied for the final dump while A runs, so that it needn't"
            + " stand still until everything is written (default: half of the JVM's limit). A goes"
            + " on meanwhile: with less than a page, such as 1K, it stands still just where it was"
            + " to be dumped.",
        "On virtual nothing is copied: the dump is the paper's, which asks once and writes."
      })
  private @Nullable Long copies;

  @Option(
      names = "--frozen-target",
      paramLabel = "MS",
      defaultValue = "1",
      description = {
        "How many milliseconds A should stand still at most for the final dump (default:"
            + " ${DEFAULT-VALUE}). Where copying what is left would take longer, each page is copied"
            + " before A writes to it, on linux under technique uffd where that is synchronous."
      })
  private double frozenTarget = 1;

  @Option(
      names = "--alone",
      description =
          "Also run A by itself, without dumps: row alone_total_time of technique none, what the"
              + " total times of the others are to be compared with.")
  private boolean alone;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "Size of the heap, which is not collected (default: what A asks for).")
  private @Nullable Long heapBytes;

  CheckpointRun(Tracking tracking, ImageDirectories directories) {
    this.tracking = tracking;
    this.directories = directories;
  }

  @Override
  public Integer call() throws Exception {
    Application application = choice.application("baby", Applications::find, Applications.names());
    Parameters parameters =
        new Parameters(
            choice.configuration(Configuration.class),
            choice.input(application.name(), application.readsInput()),
            options.seed(),
            threads(application));
    String configuration = choice.configurationName();
    Map<String, String> settings = Map.of(ApplicationOptions.SETTING, application.name());
    CheckpointPlan plan = plan();
    if (!(frozenTarget >= 0)) {
      throw new UsageException("--frozen-target is %s, wanted 0 or more".formatted(frozenTarget));
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try (Session session = Session.open(tracking, options, "checkpoint", spec);
        PlaceOptions.Open place = where.open(directories, err)) {
      List<String> techniques =
          options.techniques().isEmpty() ? List.of(session.technique()) : session.techniques();
      CheckpointFigures figures = new CheckpointFigures(session, application.name(), configuration);
      if (alone) {
        try (TrackedSpace run = session.rehearse(SessionOptions.NONE, settings)) {
          figures.alone(
              run,
              run.space()
                  .execution()
                  .run(() -> alone(run, session, application, parameters, plan)));
        }
      }
      for (String technique : techniques) {
        try (TrackedSpace run = session.start(technique, settings)) {
          CheckpointedRun.Outcome outcome =
              run.space()
                  .execution()
                  .run(() -> measure(run, session, application, parameters, plan, place.place()));
          figures.add(run, outcome);
          figures.failed(run, plan.preDumps() - outcome.preDumps().size());
        }
      }
      session.plot(figures.chart());
      session.progress().clear();
      figures.lines().forEach(out::println);
      place.printHint(out);
      session.finish();
    }
    return 0;
  }

  private long copyBytes() {
    Long asked = copies;
    long bytes = asked == null ? Runtime.getRuntime().maxMemory() / 2 : asked;
    return bytes < PageSet.PAGE_SIZE ? 0 : bytes;
  }

  private int threads(Application application) throws UsageException {
    int most = application.mostThreads();
    if (threads < 1 || threads > most) {
      throw new UsageException(
          "--threads is %d, wanted %s for %s"
              .formatted(threads, most == 1 ? "1" : "1 to " + most, application.name()));
    }
    return threads;
  }

  private CheckpointPlan plan() throws UsageException {
    if (preDumps < 0 || preDumps > MOST_PRE_DUMPS) {
      throw new UsageException("--pre-dumps is " + preDumps + ", wanted 0 to " + MOST_PRE_DUMPS);
    }
    if (!(until > 0 && until <= 100)) {
      throw new UsageException("--until is " + until + ", wanted above 0 and up to 100");
    }
    return new CheckpointPlan(preDumps, until / 100);
  }

  private ArenaHeap heap(TrackedSpace run, Application application, Parameters parameters)
      throws CommandException {
    Long asked = heapBytes;
    long bytes = asked == null ? application.allocatedBytes(parameters) + ARENA_BYTES : asked;
    Region region = run.space().map(RegionRequest.anonymous("heap", bytes));
    run.trackedBytes(region.bytes());
    try {
      return ArenaHeap.create(run.space(), region, parameters.threads());
    } catch (HeapExhaustedException e) {
      throw exhausted(application, e);
    }
  }

  /** Milliseconds of the program without a checkpointer. */
  private double alone(
      TrackedSpace run,
      Session session,
      Application application,
      Parameters parameters,
      CheckpointPlan plan)
      throws Exception {
    ArenaHeap heap = heap(run, application, parameters);
    try {
      application.start(heap, parameters);
      String what = "checkpoint: %s alone: ".formatted(application.name());
      PercentLine line = new PercentLine(session.progress(), what);
      return new CheckpointedRun(run.space(), application, heap, plan, line).runAlone();
    } catch (HeapExhaustedException e) {
      throw exhausted(application, e);
    }
  }

  private static CommandException exhausted(Application application, HeapExhaustedException e) {
    return new CommandException(
        "%s: %s; it is not collected, so give it more by --heap"
            .formatted(application.name(), e.getMessage()),
        e);
  }

  private CheckpointedRun.Outcome measure(
      TrackedSpace run,
      Session session,
      Application application,
      Parameters parameters,
      CheckpointPlan plan,
      SetPlace place)
      throws Exception {
    AddressSpace space = run.space();
    ArenaHeap heap = heap(run, application, parameters);
    Subject subject =
        new Subject(
            application.name(),
            choice.configurationName(),
            (int) ProcessHandle.current().pid(),
            heap);
    Checkpointer.Options how =
        new Checkpointer.Options(
            run.isTracked(),
            verify,
            space.execution().simulatedTime() ? 0 : copyBytes(),
            Duration.ofNanos(Math.round(frozenTarget * NANOS_A_MILLI)),
            new Checkpointer.Observer() {
              @Override
              public void written(long pages) {
                run.charge(PAGE_WRITTEN, pages);
              }
            });
    try (Checkpointer checkpointer = new Checkpointer(space, subject, place, how)) {
      application.start(heap, parameters);
      String what = "checkpoint: %s under %s: ".formatted(application.name(), run.technique());
      PercentLine line = new PercentLine(session.progress(), what);
      return new CheckpointedRun(space, application, heap, plan, line)
          .run(
              checkpointer,
              new CheckpointedRun.Listener() {
                @Override
                public void preDumpFailed(int number, IOException cause) {
                  session.progress().clear();
                  spec.commandLine()
                      .getErr()
                      .printf(
                          "ooh checkpoint: pre-dump %d of %d under %s failed, its pages go into the next set: %s%n",
                          number, plan.preDumps(), run.technique(), ErrorText.of(cause));
                }
              });
    } catch (HeapExhaustedException e) {
      throw exhausted(application, e);
    }
  }
}
