package dev.ooh.linux.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The folder that holds the monitor's classes. Whoever of both sides lives longer deletes it. */
final class MonitorFolder {
  private MonitorFolder() {}

  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      System.getLogger(MonitorFolder.class.getName())
          .log(System.Logger.Level.DEBUG, "left behind: " + folder, e);
    }
  }
}
