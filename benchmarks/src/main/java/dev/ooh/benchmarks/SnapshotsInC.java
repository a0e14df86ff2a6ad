package dev.ooh.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** {@code snapshots.c}: what a program in C pays; rows of {@link FrozenComparison}'s table. */
final class SnapshotsInC {
  private static final String SOURCE = "snapshots.c";
  private static final int FIELDS = 6;

  /** What it does. */
  enum Way {
    /** As Redis saves: its child writes. */
    FORK,
    /** The kernel's call that write-protects everything, and nothing else. */
    PROTECT
  }

  private SnapshotsInC() {}

  /** Prints a row a snapshot but the first; says so where there is no compiler. */
  static void run(Way way, long mebibytes, int count, boolean huge, Path directory)
      throws IOException, InterruptedException {
    Path program = directory.resolve("snapshots");
    if (!Files.exists(program) && !build(program)) {
      return;
    }
    Process process =
        new ProcessBuilder(
                program.toString(),
                Long.toString(mebibytes),
                Integer.toString(count + 1),
                directory.resolve("memory").toString(),
                huge ? "huge" : "small",
                way.name().toLowerCase(Locale.ROOT))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    int status = process.waitFor();
    if (status != 0 || lines.size() != count + 2) {
      throw new IllegalStateException(
          "snapshots ended with %d after %d lines, wanted 0 and %d"
              .formatted(status, lines.size(), count + 2));
    }
    for (String line : lines.subList(1, count + 1)) {
      print(way, line.split(" "));
    }
    if (huge) {
      System.err.printf(
          "%s in C: %d of %d MiB in huge pages%n",
          way, Long.parseLong(lines.getLast()) >> 10, mebibytes);
    }
  }

  private static void print(Way way, String[] fields) {
    if (fields.length != FIELDS) {
      throw new IllegalStateException(
          "found %d fields, wanted %d".formatted(fields.length, FIELDS));
    }
    System.out.printf(
        "| %s in C | %s | | | | %s | %s | %s | %s | %s | | | | |%n",
        way, fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
  }

  private static boolean build(Path program) throws IOException, InterruptedException {
    Path source = program.resolveSibling(SOURCE);
    try (InputStream in = SnapshotsInC.class.getResourceAsStream(SOURCE)) {
      Files.copy(Objects.requireNonNull(in), source, StandardCopyOption.REPLACE_EXISTING);
    }
    try {
      int status =
          new ProcessBuilder("cc", "-O2", "-pthread", "-o", program.toString(), source.toString())
              .inheritIO()
              .start()
              .waitFor();
      if (status == 0) {
        return true;
      }
      System.err.printf("left out: cc ended with %d for %s%n", status, SOURCE);
    } catch (IOException e) {
      System.err.printf("left out: no C compiler for %s: %s%n", SOURCE, e.getMessage());
    }
    return false;
  }
}
