package dev.ooh.criu.command;

import dev.ooh.cli.ByteSize;
import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Progress;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.criu.Checkpointer;
import dev.ooh.criu.RestoredProgram;
import dev.ooh.criu.Subject;
import dev.ooh.image.ImageException;
import dev.ooh.image.SetDescription;
import dev.ooh.image.reader.CompressedPagesException;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.store.SetPlace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.FileContents;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh restore}. */
@Command(
    name = "ooh restore",
    description =
        "Maps the regions of the newest image set where they were, or elsewhere if that place is"
            + " taken, on the substrate that they were dumped on, verifies every page, and lets the"
            + " application go on to its end, in as many threads as it had.")
final class RestoreRun implements Callable<Integer> {
  private final Tracking tracking;
  private final ImageDirectories directories;

  @Parameters(
      index = "0",
      paramLabel = "D",
      description = "What ooh checkpoint was given as --directory, or one image set in it.")
  private String place = ".";

  @Option(
      names = "--lazy",
      description =
          "Let the application go on at once, with pages mapped from the image files, and verify"
              + " them meanwhile. Damage ends it. Where memory can't be mapped from files, every"
              + " page is read first, and the reason printed.")
  private boolean lazy;

  @Option(
      names = "--dump-at",
      paramLabel = "PERCENT",
      description =
          "Dump the application again into D when it is so far, as the set after the one that it"
              + " was restored from: only what changed since is in it. It goes on afterwards.")
  private @Nullable Double dumpAt;

  @Option(
      names = "--technique",
      paramLabel = "T",
      defaultValue = "procfs",
      description =
          "By which it is found, from the restore on, what changes until --dump-at (default:"
              + " ${DEFAULT-VALUE}).")
  private String technique = "procfs";

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description =
          "Memory of the virtual machine, such as 5G, where ooh checkpoint was given more than it"
              + " has by itself.")
  private @Nullable Long memory;

  @Spec private CommandSpec spec = CommandSpec.create();

  RestoreRun(Tracking tracking, ImageDirectories directories) {
    this.tracking = tracking;
    this.directories = directories;
  }

  @Override
  public Integer call() throws Exception {
    Path directory = directories.path("D", place);
    if (dumpAt != null) {
      return dumpAgain(directory, dumpAt);
    }
    Optional<String> refusal = lazy ? LazySet.refusal(directory) : Optional.empty();
    if (lazy && refusal.isEmpty()) {
      try {
        LazySet set = LazySet.open(directory);
        return restore(
            set.path(), set.description(), (space, progress) -> lazily(set, space, progress));
      } catch (CompressedPagesException e) {
        refusal = Optional.of(String.valueOf(e.getMessage()));
      }
    }
    refusal.ifPresent(this::tellOfEagerness);
    ImageSet set = ImageSet.open(directory);
    return restore(
        set.path(), set.description(), (space, progress) -> eagerly(set, space, progress));
  }

  /** Nobody else writes to the directory from before the restore on. */
  private int dumpAgain(Path directory, double percent) throws Exception {
    if (!(percent > 0 && percent < 100)) {
      throw new UsageException("--dump-at is " + percent + ", wanted above 0 and below 100");
    }
    if (lazy) {
      throw new UsageException("--dump-at with --lazy, wanted one of them");
    }
    if (new SetFolder(directory).latest().isEmpty()) {
      throw new ImageException(
          directory, "no link 'latest'", "a directory of image sets to dump into");
    }
    try (ImageStore store = ImageStore.open(directory)) {
      store.tidy();
      ImageSet set = ImageSet.open(directory);
      return restore(
          set.path(),
          set.description(),
          (space, progress) -> {
            TrackedSpace tracked = TrackedSpace.of(space, tracking.control(), technique);
            RestoredProgram program = RestoredProgram.restore(set, space);
            SetPlace place = store.preferably(set.isCompressed());
            try (Checkpointer checkpointer = checkpointer(set, tracked, program, place)) {
              checkpointer.restored(set);
              RestoredRun run = run(set.path(), set.description(), program, space, progress);
              finish(run.goOnAndDump(percent / 100, checkpointer));
            }
          });
    }
  }

  private RestoredRun run(
      Path set,
      SetDescription description,
      RestoredProgram program,
      AddressSpace space,
      Progress progress)
      throws CommandException {
    return new RestoredRun(
        set, description, application(set, description), program, space, progress, out());
  }

  private static Checkpointer checkpointer(
      ImageSet set, TrackedSpace tracked, RestoredProgram program, SetPlace place) {
    SetDescription description = set.description();
    return new Checkpointer(
        tracked.space(),
        new Subject(
            description.application(), description.configuration(), set.pid(), program.heap()),
        place,
        new Checkpointer.Options(tracked.isTracked(), false, 0, new Checkpointer.Observer() {}));
  }

  private void finish(long result) {
    out().printf("result: %016x%n", result);
  }

  /** Brings the program back and lets it go on, by a thread of the execution context. */
  @FunctionalInterface
  private interface Way {
    void goOn(AddressSpace space, Progress progress) throws Exception;
  }

  private int restore(Path set, SetDescription description, Way way) throws Exception {
    Substrate substrate = tracking.substrate(description.substrate());
    if (substrate.refusal().isPresent()) {
      throw new CommandException(
          "substrate %s can't be used here: %s"
              .formatted(substrate.name(), substrate.refusal().get()));
    }
    application(set, description); // before anything is mapped
    try (AddressSpace space = open(substrate);
        Progress progress = Progress.onTerminal()) {
      space
          .execution()
          .run(
              () -> {
                progress.show("restore: " + set);
                way.goOn(space, progress);
                return null;
              });
    }
    return 0;
  }

  private AddressSpace open(Substrate substrate) throws UsageException {
    SpaceOptions settings = SpaceOptions.named("restore");
    if (memory != null) {
      settings = settings.with("memory", Long.toString(memory));
    }
    try {
      return substrate.open(settings);
    } catch (IllegalArgumentException e) {
      throw new UsageException(ErrorText.of(e));
    }
  }

  private static Application application(Path set, SetDescription description)
      throws CommandException {
    return Applications.find(description.application())
        .orElseThrow(
            () ->
                new CommandException(
                    "%s is of application '%s', wanted one of those present: %s"
                        .formatted(set, description.application(), Applications.names())));
  }

  private void tellOfEagerness(String reason) {
    out().printf("every page is read first: %s%n", reason);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private void eagerly(ImageSet set, AddressSpace space, Progress progress) throws Exception {
    RestoredProgram program = RestoredProgram.restore(set, space);
    RestoredRun run = run(set.path(), set.description(), program, space, progress);
    run.tell("verified");
    finish(run.goOn(() -> {}));
  }

  private void lazily(LazySet set, AddressSpace space, Progress progress) throws Exception {
    Optional<FileContents> contents = space.facility(FileContents.class);
    if (contents.isEmpty()) {
      tellOfEagerness(
          "no file can be mapped into memory of substrate %s".formatted(space.substrate()));
      eagerly(ImageSet.open(set.path()), space, progress);
      return;
    }
    RestoredProgram program = RestoredProgram.restoreLazily(set, space, contents.get());
    BackgroundCheck check = new BackgroundCheck(set);
    RestoredRun run = run(set.path(), set.description(), program, space, progress);
    run.tell("mapped");
    long result = check.beside(space.execution(), () -> run.goOn(check::throwIfDamaged));
    out().printf("%d pages verified%nresult: %016x%n", program.pages(), result);
  }
}
