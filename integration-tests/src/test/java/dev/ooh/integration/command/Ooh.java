package dev.ooh.integration.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs the command line as {@code ooh} does: a JVM of its own on the very bundle folder. */
final class Ooh implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** Commands that compute for long; on others the JVM's second compiler is spent in vain. */
  private static final Set<String> LONG = Set.of("checkpoint", "gc", "evaluate");

  private final Process process;
  private final CompletableFuture<String> out;
  private final CompletableFuture<String> err;

  /** What a command left. */
  record Done(int status, String out, String err) {
    /** What was said beside the refusals that {@code --technique all} passes over. */
    String complaints() {
      return err.lines()
          .filter(line -> !line.matches("technique \\S+ is refused on \\S+: .+"))
          .collect(Collectors.joining("\n"));
    }
  }

  private Ooh(Process process) {
    this.process = process;
    this.out = CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
    this.err = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
  }

  /** Starts a command in {@code folder}. */
  static Ooh start(Path folder, String... arguments) throws IOException {
    return new Ooh(process(folder, false, arguments));
  }

  /** Starts a command in {@code folder}, with or without its errors in its output. */
  static Process process(Path folder, boolean errorsInOutput, String... arguments)
      throws IOException {
    return process(User.self(folder), errorsInOutput, arguments);
  }

  private static Process process(User user, boolean errorsInOutput, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>(user.prefix());
    line.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel="
                + (LONG.stream().anyMatch(List.of(arguments)::contains) ? 4 : 1),
            "-cp",
            user.home().resolve("lib") + "/*",
            "dev.ooh.launcher.Launcher"));
    line.addAll(List.of(arguments));
    return new ProcessBuilder(line)
        .directory(user.folder().toFile())
        .redirectErrorStream(errorsInOutput)
        .start();
  }

  /** Runs a command to its end, in the folder of {@code user}. */
  static Done run(User user, String... arguments) throws Exception {
    try (Ooh ooh = new Ooh(process(user, false, arguments))) {
      return ooh.finish();
    }
  }

  /** Runs a command to its end. */
  static Done run(Path folder, String... arguments) throws Exception {
    try (Ooh ooh = start(folder, arguments)) {
      return ooh.finish();
    }
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Gives the process a line. */
  void type(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Ends the input and waits for the end. */
  Done finish() throws Exception {
    process.getOutputStream().close();
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      close();
      throw new AssertionError(
          "no end after %s; so far:%n%s%n%s".formatted(LIMIT, out.join(), err.join()));
    }
    return new Done(process.exitValue(), out.join(), err.join());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** The bundle of the worked example. */
  static Path exampleTechnique() throws IOException {
    Path target = Path.of(System.getProperty("ooh.top"), "docs/example-technique/target");
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(
              file ->
                  file.getFileName().toString().matches("example-technique-.*(?<!sources)\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
