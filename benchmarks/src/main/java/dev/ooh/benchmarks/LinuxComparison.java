package dev.ooh.benchmarks;

import java.util.Arrays;

/**
 * Tracking of real memory by the product and by C, in turn, in one process. Prints a Markdown table
 * of medians and of the median of the pairs' ratios: what disturbs the machine disturbs both sides
 * of a pair. Warms up until the compiler is done. A second table compares a large reservation with
 * what is populated of it.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.LinuxComparison [MEBIBYTES]}
 */
final class LinuxComparison {
  private static final int PAIRS = 101;
  private static final int FEW_PAIRS = 31;
  private static final int SMALL = 64;

  /** The compiler wants 5,000 calls of whatever is called once a fetch, and each way taken. */
  private static final int WARMUP = 20_000;

  /** Mostly few pages, so that it doesn't take minutes. */
  private static final int[] WARMUP_PERCENT = {0, 1, 0, 1, 0, 1, 0, 1, 10, 100};

  private static final int RESERVATION = 64 << 10;
  private static final int POPULATED = 64;

  private final TrackedMemory floor;
  private final TrackedMemory compared;

  private LinuxComparison(TrackedMemory floor, TrackedMemory compared) {
    this.floor = floor;
    this.compared = compared;
  }

  public static void main(String[] arguments) {
    int mebibytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1024;
    try (TrackedMemory small = new JavaSide(SMALL)) {
      for (int i = 0; i < WARMUP; i++) {
        small.dirty(WARMUP_PERCENT[i % WARMUP_PERCENT.length]);
        small.fetch();
      }
    }
    try (TrackedMemory c = new CFloor(mebibytes);
        TrackedMemory java = new JavaSide(mebibytes)) {
      new LinuxComparison(c, java).run(mebibytes);
    }
    try (TrackedMemory alone = new JavaSide(POPULATED);
        TrackedMemory reservation = new JavaSide(RESERVATION, POPULATED)) {
      System.out.printf("%n| operation | populated part alone | reservation | ratio |%n");
      System.out.println("|---|---|---|---|");
      new LinuxComparison(alone, reservation)
          .pair(
              "fetch of %d GiB, unchanged, %d MiB populated"
                  .formatted(RESERVATION >> 10, POPULATED),
              PAIRS,
              1e3,
              "µs",
              memory -> {},
              TrackedMemory::fetch);
    }
  }

  /** What is prepared, and what of it is timed. */
  private interface Step {
    void of(TrackedMemory memory);
  }

  private void run(int mebibytes) {
    System.out.printf("%d MiB, %d pairs of each kind%n%n", mebibytes, PAIRS);
    System.out.println("| operation | C | Java | ratio |");
    System.out.println("|---|---|---|---|");
    for (int percent : new int[] {0, 1, 10, 100}) {
      pair(
          "fetch and re-arm, %d %% dirty".formatted(percent),
          percent == 100 ? FEW_PAIRS : PAIRS,
          1e6,
          "ms",
          memory -> memory.dirty(percent),
          TrackedMemory::fetch);
    }
    pair(
        "first write to an armed page",
        FEW_PAIRS,
        1e3 * floor.pages(),
        "µs",
        TrackedMemory::fetch,
        TrackedMemory::writeEachPage);
    pair(
        "synchronous write-protect fault",
        FEW_PAIRS,
        1e3 * TrackedMemory.FAULT_PAGES,
        "µs",
        TrackedMemory::armFaults,
        TrackedMemory::faultEachPage);
  }

  private void pair(String what, int pairs, double unit, String name, Step prepare, Step timed) {
    long[] ofFloor = new long[pairs];
    long[] ofCompared = new long[pairs];
    double[] ratios = new double[pairs];
    for (int pair = -pairs / 3; pair < pairs; pair++) {
      long first = nanos(floor, prepare, timed);
      long second = nanos(compared, prepare, timed);
      if (pair >= 0) {
        ofFloor[pair] = first;
        ofCompared[pair] = second;
        ratios[pair] = (double) second / first;
      }
    }
    System.out.printf(
        "| %s | %.2f %s | %.2f %s | %.2f |%n",
        what, median(ofFloor) / unit, name, median(ofCompared) / unit, name, median(ratios));
  }

  private static long nanos(TrackedMemory memory, Step prepare, Step timed) {
    prepare.of(memory);
    long start = System.nanoTime();
    timed.of(memory);
    return System.nanoTime() - start;
  }

  private static double median(long[] samples) {
    return median(Arrays.stream(samples).asDoubleStream().toArray());
  }

  private static double median(double[] samples) {
    Arrays.sort(samples);
    return samples[samples.length / 2];
  }
}
