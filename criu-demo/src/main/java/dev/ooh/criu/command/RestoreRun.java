package dev.ooh.criu.command;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Progress;
import dev.ooh.cli.Tracking;
import dev.ooh.cli.UsageException;
import dev.ooh.criu.RestoredProgram;
import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.ImageSet;
import dev.ooh.image.SetDescription;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
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
        "Maps the regions of the newest image set where they were, verifies every page, and lets"
            + " the application go on to its end.")
final class RestoreRun implements Callable<Integer> {
  private final Tracking tracking;

  @Parameters(
      index = "0",
      paramLabel = "D",
      description = "What ooh checkpoint was given as --directory, or one image set in it.")
  private Path directory = Path.of(".");

  @Option(
      names = "--substrate",
      paramLabel = "S",
      description = "Where to restore to: virtual or linux (default: where the dump was made).")
  private @Nullable String substrateName;

  @Spec private CommandSpec spec = CommandSpec.create();

  RestoreRun(Tracking tracking) {
    this.tracking = tracking;
  }

  @Override
  public Integer call() throws Exception {
    if (directory.toString().isBlank()) {
      throw new UsageException("D is '%s', wanted a directory".formatted(directory));
    }
    ImageSet set = ImageSet.open(directory);
    SetDescription description = set.description();
    Application application =
        Applications.find(description.application())
            .orElseThrow(
                () ->
                    new CommandException(
                        "%s is of application '%s', wanted one of those present: %s"
                            .formatted(
                                set.path(), description.application(), Applications.names())));
    String wanted = substrateName;
    Substrate substrate = tracking.substrate(wanted == null ? description.substrate() : wanted);
    if (substrate.refusal().isPresent()) {
      throw new CommandException(
          "substrate %s can't be used here: %s"
              .formatted(substrate.name(), substrate.refusal().get()));
    }
    try (AddressSpace space = substrate.open(SpaceOptions.named("restore"));
        Progress progress = Progress.onTerminal()) {
      space.execution().run(() -> goOn(set, space, application, progress));
    }
    return 0;
  }

  private Integer goOn(ImageSet set, AddressSpace space, Application application, Progress progress)
      throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    progress.show("restore: " + set.path());
    RestoredProgram program = RestoredProgram.restore(set, space);
    ArenaHeap heap = program.heap();
    progress.clear();
    try {
      out.printf(
          Locale.ROOT,
          "%s: %s %s restored on %s, %d pages verified, %.1f %% done%n",
          set.path(),
          application.name(),
          set.description().configuration(),
          space.substrate(),
          program.pages(),
          100 * application.progress(heap));
      int percent = -1;
      while (application.step(heap)) {
        space.execution().pollRestartable();
        int now = (int) (100 * application.progress(heap));
        if (now > percent) {
          percent = now;
          progress.show("%s: %d %%".formatted(application.name(), now));
        }
      }
      long result = application.result(heap);
      progress.clear();
      out.printf("result: %016x%n", result);
    } catch (RuntimeException e) {
      throw new CommandException(
          "%s can't go on from %s: %s".formatted(application.name(), set.path(), ErrorText.of(e)),
          e);
    }
    return 0;
  }
}
