package dev.ooh.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * CRIU's own dumps of a program in C with as much memory, which stands still for almost all of it;
 * without fsync. The one that is installed, or the one that {@code -Dooh.criu} names; where there
 * is none that starts, or no C compiler, that is said once.
 */
final class CriuDumps {
  private static final String CRIU = System.getProperty("ooh.criu", "criu");
  private static final String SOURCE = "memory.c";
  private static final File NOWHERE = new File("/dev/null");

  private final Path program;

  private CriuDumps(Path program) {
    this.program = program;
  }

  /** Tries what it takes; empty, having said why, where something is missing. */
  static Optional<CriuDumps> find(Path directory) throws IOException, InterruptedException {
    if (!works(CRIU, "check")) {
      return Optional.empty();
    }
    Path source = directory.resolve(SOURCE);
    try (InputStream in = CriuDumps.class.getResourceAsStream(SOURCE)) {
      Files.copy(Objects.requireNonNull(in), source, StandardCopyOption.REPLACE_EXISTING);
    }
    Path program = directory.resolve("memory");
    return works("cc", "-O2", "-o", program.toString(), source.toString())
        ? Optional.of(new CriuDumps(program))
        : Optional.empty();
  }

  private static boolean works(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectInput(NOWHERE).start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() == 0) {
        return true;
      }
      System.err.printf("CRIU is left out: %s said: %s%n", String.join(" ", command), said);
    } catch (IOException e) {
      System.err.printf("CRIU is left out: %s%n", e.getMessage());
    }
    return false;
  }

  /**
   * One dump.
   *
   * @param images an empty directory
   * @return nanoseconds from the command's start to its end
   */
  long dump(long mebibytes, Path images) throws IOException, InterruptedException {
    Process subject =
        new ProcessBuilder("setsid", program.toString(), Long.toString(mebibytes))
            .redirectInput(NOWHERE)
            .redirectError(NOWHERE)
            .start();
    try (BufferedReader said = subject.inputReader()) {
      if (!"ready".equals(said.readLine()) || said.readLine() != null) {
        throw new IOException(program + " did not become ready");
      }
      String[] command = {
        CRIU, "dump", "--tree", "" + subject.pid(), "--images-dir", images.toString(), "-v0"
      };
      long start = System.nanoTime();
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      long took = System.nanoTime() - start;
      if (status != 0) {
        throw new IOException("%s ended with %d".formatted(Arrays.toString(command), status));
      }
      return took;
    } finally {
      subject.destroyForcibly().waitFor();
    }
  }
}
