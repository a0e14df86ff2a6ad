package dev.ooh.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * GCBench on the collected heap beside Boehm GC, plain and incremental, beside malloc and free, and
 * with Java objects beside HotSpot's own collectors, each in fresh processes, in turn. Prints a
 * Markdown table of medians: of the total, of each run's longest pause, and of the heap. Needs a C
 * compiler and Boehm GC ({@code libgc-dev} on Debian).
 *
 * <p>{@code java -cp benchmarks.jar dev.ooh.benchmarks.CollectorComparison [CONFIGURATION
 * [ROUNDS]]}
 */
final class CollectorComparison {
  private static final String SOURCE = "gcbench.c";

  /** Array size, depth of the long-lived and of the stretch tree (Table II of the paper). */
  private static final Map<String, List<String>> SHAPES =
      Map.of(
          "small", List.of("500000", "16", "18"),
          "medium", List.of("650000", "18", "20"),
          "large", List.of("750000", "20", "22"));

  private static final int ROUNDS = 5;
  private static final int FIELDS = 3;

  private CollectorComparison() {}

  public static void main(String[] arguments) throws Exception {
    String configuration = arguments.length > 0 ? arguments[0].toLowerCase(Locale.ROOT) : "large";
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    List<String> shape = SHAPES.get(configuration);
    if (shape == null) {
      System.err.printf("configuration is '%s', wanted small, medium or large%n", configuration);
      return;
    }
    Map<String, List<String>> sides = sides(configuration, shape);
    Map<String, List<double[]>> samples = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      for (Map.Entry<String, List<String>> side : sides.entrySet()) {
        System.err.printf("round %d of %d: %s%n", round, rounds, side.getKey());
        samples.computeIfAbsent(side.getKey(), key -> new ArrayList<>()).add(run(side.getValue()));
      }
    }
    System.out.printf("GCBench %s, fresh processes, medians of %d%n%n", configuration, rounds);
    System.out.println("| collector | total, s | longest pause, ms | heap, MB |");
    System.out.println("|---|---|---|---|");
    samples.forEach(
        (name, runs) ->
            System.out.printf(
                Locale.ROOT,
                "| %s | %.2f | %.1f | %.0f |%n",
                name,
                median(runs, 0) / 1e3,
                median(runs, 1),
                median(runs, 2) / (1 << 20)));
  }

  private static Map<String, List<String>> sides(String configuration, List<String> shape)
      throws IOException, InterruptedException {
    Map<String, List<String>> sides = new LinkedHashMap<>();
    sides.put("OoH, procfs", java(configuration, "procfs"));
    sides.put("OoH, all-dirty", java(configuration, "all-dirty"));
    Path folder = FileTree.temporaryUntilExit("ooh-gcbench");
    Path source = folder.resolve(SOURCE);
    try (InputStream in = CollectorComparison.class.getResourceAsStream(SOURCE)) {
      Files.copy(Objects.requireNonNull(in), source, StandardCopyOption.REPLACE_EXISTING);
    }
    String boehm = build(source, folder.resolve("boehm"), "-lgc");
    if (!boehm.isEmpty()) {
      sides.put("Boehm, plain", with(boehm, shape));
      sides.put("Boehm, incremental", with(boehm, shape, "incremental"));
    }
    String malloc = build(source, folder.resolve("malloc"), "-DUSE_MALLOC");
    if (!malloc.isEmpty()) {
      sides.put("malloc and free", with(malloc, shape));
    }
    sides.put("HotSpot, G1", hotSpot("-XX:+UseG1GC", shape));
    sides.put("HotSpot, serial", hotSpot("-XX:+UseSerialGC", shape));
    return sides;
  }

  private static List<String> java(String configuration, String technique) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        CollectorSide.class.getName(),
        configuration,
        "1",
        technique);
  }

  private static List<String> hotSpot(String collector, List<String> shape) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                collector,
                "-cp",
                System.getProperty("java.class.path"),
                HotSpotSide.class.getName()));
    command.addAll(shape);
    return command;
  }

  /** Returns the program; empty, having said why, when it can't be built. */
  private static String build(Path source, Path program, String option)
      throws InterruptedException {
    try {
      int status =
          new ProcessBuilder("cc", "-O2", source.toString(), "-o", program.toString(), option)
              .inheritIO()
              .start()
              .waitFor();
      if (status == 0) {
        return program.toString();
      }
      System.err.printf("left out: cc %s ended with %d; is libgc-dev there?%n", option, status);
    } catch (IOException e) {
      System.err.printf("left out: no C compiler for %s: %s%n", option, e.getMessage());
    }
    return "";
  }

  private static List<String> with(String program, List<String> shape, String... more) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(shape);
    command.addAll(List.of(more));
    return command;
  }

  private static double[] run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    String[] words = out.strip().split(" ");
    if (status != 0 || words.length != FIELDS) {
      throw new IllegalStateException(
          "%s ended with %d and printed '%s', wanted 0 and %d numbers"
              .formatted(command, status, out.strip(), FIELDS));
    }
    double[] fields = new double[FIELDS];
    for (int i = 0; i < FIELDS; i++) {
      fields[i] = Double.parseDouble(words[i]);
    }
    return fields;
  }

  private static double median(List<double[]> runs, int field) {
    double[] sorted = runs.stream().mapToDouble(run -> run[field]).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
