package dev.ooh.criu.command;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Progress;
import dev.ooh.cli.Tracking;
import dev.ooh.criu.RestoredProgram;
import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.ImageSet;
import dev.ooh.image.LazySet;
import dev.ooh.image.SetDescription;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.FileContents;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh restore}. */
@Command(
    name = "ooh restore",
    description =
        "Maps the regions of the newest image set where they were, on the substrate that they were"
            + " dumped on, verifies every page, and lets the application go on to its end.")
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

  @Spec private CommandSpec spec = CommandSpec.create();

  RestoreRun(Tracking tracking, ImageDirectories directories) {
    this.tracking = tracking;
    this.directories = directories;
  }

  @Override
  public Integer call() throws Exception {
    Path directory = directories.path("D", place);
    Optional<String> refusal = lazy ? LazySet.refusal(directory) : Optional.empty();
    if (lazy && refusal.isEmpty()) {
      LazySet set = LazySet.open(directory);
      return restore(
          set.path(), set.description(), (space, progress) -> lazily(set, space, progress));
    }
    refusal.ifPresent(this::tellOfEagerness);
    ImageSet set = ImageSet.open(directory);
    return restore(
        set.path(), set.description(), (space, progress) -> eagerly(set, space, progress));
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
    try (AddressSpace space = substrate.open(SpaceOptions.named("restore"));
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
    long result =
        goOn(set.path(), set.description(), program, space, progress, "verified", () -> {});
    out().printf("result: %016x%n", result);
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
    TrackedThread checking = space.execution().spawn("verification", check);
    boolean done = false;
    long result;
    try {
      result =
          goOn(
              set.path(),
              set.description(),
              program,
              space,
              progress,
              "mapped",
              check::throwIfDamaged);
      done = true;
    } finally {
      if (!done) {
        check.abandon();
      }
      checking.join();
    }
    check.throwIfDamaged();
    out().printf("%d pages verified%nresult: %016x%n", program.pages(), result);
  }

  /** What the application does between two steps. */
  @FunctionalInterface
  private interface Check {
    void run() throws IOException;
  }

  private long goOn(
      Path set,
      SetDescription description,
      RestoredProgram program,
      AddressSpace space,
      Progress progress,
      String done,
      Check check)
      throws IOException, CommandException {
    Application application = application(set, description);
    ArenaHeap heap = program.heap();
    progress.clear();
    try {
      out()
          .printf(
              Locale.ROOT,
              "%s: %s %s restored on %s, %d pages %s, %.1f %% done%n",
              set,
              application.name(),
              description.configuration(),
              space.substrate(),
              program.pages(),
              done,
              100 * application.progress(heap));
      int percent = -1;
      while (application.step(heap)) {
        check.run();
        space.execution().pollRestartable();
        int now = (int) (100 * application.progress(heap));
        if (now > percent) {
          percent = now;
          progress.show("%s: %d %%".formatted(application.name(), now));
        }
      }
      long result = application.result(heap);
      progress.clear();
      return result;
    } catch (RuntimeException e) {
      check.run(); // damage explains more than what came of it
      throw new CommandException(
          "%s can't go on from %s: %s".formatted(application.name(), set, ErrorText.of(e)), e);
    }
  }
}
