package dev.ooh.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** The C side of a comparison: built from {@code floor.c}, runs beside this process. */
final class CFloor implements AutoCloseable {
  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;

  /** Builds and starts it over {@code mebibytes} of memory. */
  CFloor(int mebibytes) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("ooh-floor");
    Path source = folder.resolve("floor.c");
    Path program = folder.resolve("floor");
    try (InputStream in = CFloor.class.getResourceAsStream("floor.c")) {
      Files.copy(Objects.requireNonNull(in), source, StandardCopyOption.REPLACE_EXISTING);
    }
    int status =
        new ProcessBuilder("cc", "-O2", "-pthread", "-o", program.toString(), source.toString())
            .inheritIO()
            .start()
            .waitFor();
    if (status != 0) {
      throw new IOException("cc ended with " + status + ", wanted 0");
    }
    process =
        new ProcessBuilder(program.toString(), Integer.toString(mebibytes))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    commands = process.outputWriter();
    answers = process.inputReader();
  }

  /** Sends one of floor.c's commands and returns its nanoseconds. */
  long nanos(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the C program ended at '" + command + "'");
    }
    return Long.parseLong(answer);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
