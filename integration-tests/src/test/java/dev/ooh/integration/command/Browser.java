package dev.ooh.integration.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Headless Chromium without a network.
 *
 * @param program Debian's {@code chromium} or Google's package
 * @param folder for its profile and what it prints; an empty one
 */
record Browser(Path program, Path folder) {
  private static final List<String> PROGRAMS =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

  /**
   * A page as it was opened.
   *
   * @param document after the page was loaded
   * @param console what the page, or the browser about it, wrote to the console, a line each
   */
  record Page(String document, List<String> console) {}

  static Optional<Browser> installed(Path folder) {
    return PROGRAMS.stream()
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst()
        .map(program -> new Browser(program, folder));
  }

  Page open(Path file) throws IOException, InterruptedException {
    Path document = folder.resolve("document");
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox", // which root can't have
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--user-data-dir=" + folder.resolve("profile"),
                "--enable-logging=stderr",
                "--dump-dom",
                file.toUri().toString())
            .redirectOutput(document.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        throw new IOException(program + " does not end: " + Files.readString(errors));
      }
    } finally {
      Stream.concat(process.descendants(), Stream.of(process.toHandle()))
          .forEach(ProcessHandle::destroyForcibly);
      process.waitFor();
    }
    List<String> console =
        Files.readAllLines(errors, StandardCharsets.ISO_8859_1).stream()
            .filter(line -> line.contains("CONSOLE"))
            .toList();
    return new Page(Files.readString(document), console);
  }
}
