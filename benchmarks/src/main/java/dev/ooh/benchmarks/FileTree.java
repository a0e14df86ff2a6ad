package dev.ooh.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory that a comparison made, with all that is in it. */
final class FileTree {
  private FileTree() {}

  /** A new temporary folder, which is deleted with all that is in it when this JVM ends. */
  static Path untilExit(String prefix) throws IOException {
    Path top = Files.createTempDirectory(prefix);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    delete(top);
                  } catch (IOException e) {
                    System.err.println(top + " is left: " + e.getMessage());
                  }
                }));
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
