package dev.ooh.criu;

import java.io.IOException;
import java.nio.file.Path;

/** A JVM that a test kills: a main class of its own, told a directory and a seed. */
public final class VictimJvm {
  private VictimJvm() {}

  /** Starts it on this JVM's class path; what it writes to standard error is this one's to read. */
  public static Process start(Class<?> main, Path directory, long seed) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            directory.toString(),
            Long.toString(seed))
        .start();
  }
}
