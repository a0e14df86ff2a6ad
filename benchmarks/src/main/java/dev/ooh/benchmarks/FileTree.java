package dev.ooh.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory that a comparison made, with all that is in it. */
final class FileTree {
  private FileTree() {}

  /** Makes a temporary folder, which is deleted with all that is in it when this JVM ends. */
  static Path temporaryUntilExit(String prefix) throws IOException {
    Path top = Files.createTempDirectory(prefix);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    delete(top);
                  } catch (IOException | UncheckedIOException e) {
                    System.err.println(top + " is left: " + e.getMessage());
                  }
                },
                "temporary folder"));
    return top;
  }

  static void delete(Path top) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(top)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
