package dev.ooh.criu.command;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.UsageException;
import dev.ooh.criu.image.ImageSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One invocation of {@code ooh images}. */
@Command(
    name = "ooh images",
    description = "Reads image sets, follows their parents and verifies the digest of every page.")
final class ImagesRun implements Callable<Integer> {
  private static final String CHECK = "check";

  @Parameters(index = "0", paramLabel = "check", description = "What to do: check.")
  private String action = CHECK;

  @Parameters(index = "1", paramLabel = "D", description = "A directory of image sets, or one set.")
  private Path directory = Path.of(".");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    if (!action.equals(CHECK)) {
      throw new UsageException("action is '%s', wanted check".formatted(action));
    }
    check();
    return 0;
  }

  private void check() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    int damaged = 0;
    List<Path> sets = sets();
    for (Path path : sets) {
      try {
        ImageSet set = ImageSet.open(path);
        set.readPages((address, buffer, length) -> {});
        out.printf(
            "%s: %s of %s, %d pages, %d of them here, %d sets in the chain: whole%n",
            path,
            set.description().complete() ? "dump" : "pre-dump",
            set.description().application(),
            set.pages().pageCount(),
            set.presentPages(),
            set.chainLength());
      } catch (IOException e) {
        damaged++;
        out.println("damaged: " + ErrorText.of(e));
      }
    }
    if (damaged > 0) {
      throw new CommandException(
          "%d of %d image sets are damaged, wanted none".formatted(damaged, sets.size()));
    }
  }

  private List<Path> sets() throws IOException {
    List<Path> sets = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "set-*")) {
        found.forEach(sets::add);
      }
    }
    Collections.sort(sets);
    return sets.isEmpty() ? List.of(directory) : sets;
  }
}
