package dev.ooh.integration.process;

import dev.ooh.integration.bundles.BundleFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ooh} as its script runs it, in a process of its own with its own temporary folder. */
final class OohProcess {
  private static final long LIMIT_SECONDS = 600;

  private final Path folder;
  private final List<String> options;

  /**
   * Runs in {@code folder}.
   *
   * @param options of the JVM, as in {@code OOH_JAVA_OPTS}
   */
  OohProcess(Path folder, String... options) {
    this.folder = folder;
    this.options = List.of(options);
  }

  /** What a finished process left. */
  record Result(int status, List<String> out, List<String> err) {}

  Path temporary() throws IOException {
    return Files.createDirectories(folder.resolve("tmp"));
  }

  /** Starts with nothing to read, and with its output in files. */
  Process start(String... arguments) throws IOException {
    return startBy(List.of(), arguments);
  }

  /** As {@link #start}, by a program that becomes {@code ooh} in the end, with its arguments. */
  Process startBy(List<String> program, String... arguments) throws IOException {
    return builder(program, arguments)
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(folder.resolve("out").toFile())
        .start();
  }

  /** Starts with pipes to talk through; only its errors go to a file. */
  Process converse(String... arguments) throws IOException {
    return builder(List.of(), arguments).start();
  }

  private ProcessBuilder builder(List<String> program, String... arguments) throws IOException {
    List<String> line = new ArrayList<>(program);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.add("--sun-misc-unsafe-memory-access=allow");
    line.add("-XX:+UseSerialGC");
    line.add("-XX:TieredStopAtLevel=1"); // a command here is over before the second compiler pays
    line.add("-Djava.io.tmpdir=" + temporary());
    line.addAll(options);
    line.add("-cp");
    line.add(BundleFolder.HOME.resolve("lib") + "/*");
    line.add("dev.ooh.launcher.Launcher");
    line.addAll(List.of(arguments));
    return new ProcessBuilder(line)
        .directory(folder.toFile())
        .redirectError(folder.resolve("err").toFile());
  }

  Result run(String... arguments) throws IOException, InterruptedException {
    return runBy(List.of(), arguments);
  }

  /** As {@link #run}, by a program as in {@link #startBy}. */
  Result runBy(List<String> program, String... arguments) throws IOException, InterruptedException {
    Process process = startBy(program, arguments);
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("ooh " + List.of(arguments) + " took over " + LIMIT_SECONDS + " s");
    }
    return new Result(process.exitValue(), lines("out"), lines("err"));
  }

  List<String> lines(String stream) throws IOException {
    return Files.readAllLines(folder.resolve(stream), StandardCharsets.UTF_8);
  }
}
