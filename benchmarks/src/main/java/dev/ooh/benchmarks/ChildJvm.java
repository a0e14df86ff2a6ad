package dev.ooh.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A part of a measurement that wants a JVM of its own. */
final class ChildJvm {
  private ChildJvm() {}

  /**
   * Runs {@code main} on this JVM's class path; its errors go where this JVM's do.
   *
   * @return what it printed, stripped
   * @throws IOException if it can't be started, or ends with another status than 0
   */
  static String output(Class<?> main, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException("%s ended with %d, wanted 0".formatted(command, status));
    }
    return said.strip();
  }
}
