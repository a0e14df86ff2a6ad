package dev.ooh.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long passes of {@link StoreBenchmark}'s two loops took; the first of each is a warm-up. */
final class StorePasses {
  private final List<Long> random = new ArrayList<>();
  private final List<Long> sequential = new ArrayList<>();

  /** A pass of random stores, in nanoseconds from an arbitrary origin; 0 is no beginning. */
  void random(long began, long ended) {
    add(random, began, ended);
  }

  /** A pass of sequential stores. */
  void sequential(long began, long ended) {
    add(sequential, began, ended);
  }

  private static void add(List<Long> passes, long began, long ended) {
    if (began != 0) {
      passes.add(ended - began);
    }
  }

  /** Whether there are fewer than {@code passes} of either after the first. */
  boolean isShortOf(int passes) {
    return Math.min(random.size(), sequential.size()) <= passes;
  }

  /** A row of a Markdown table: millions a second, median, least and most. */
  String row(String where) {
    return "| %s | %s | %s |".formatted(where, speed(random), speed(sequential));
  }

  private static String speed(List<Long> passes) {
    List<Double> millions =
        passes.stream().skip(1).map(nanos -> StoreBenchmark.STORES * 1e3 / nanos).sorted().toList();
    return String.format(
        Locale.ROOT,
        "%.1f (%.1f to %.1f)",
        millions.get(millions.size() / 2),
        millions.getFirst(),
        millions.getLast());
  }

  @Override
  public String toString() {
    return random.size() + " random and " + sequential.size() + " sequential passes";
  }
}
