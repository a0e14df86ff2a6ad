package dev.ooh.benchmarks;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.tracking.facility.Userfaultfd;
import java.util.Arrays;
import java.util.List;

/**
 * Tracking of real memory from Java beside a C program that makes the same system calls, in turn,
 * in one run. Prints a Markdown table of medians and of the median of the pairs' ratios.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.LinuxComparison [MEBIBYTES]}
 */
final class LinuxComparison {
  private static final int ROUNDS = 31;
  private static final int WARMUP = 10;
  private static final int FAULT_PAGES = 20_000;

  private final int mebibytes;
  private final AddressSpace space;
  private final Region region;
  private final Memory memory;

  private LinuxComparison(int mebibytes, AddressSpace space) {
    this.mebibytes = mebibytes;
    this.space = space;
    region = space.map(RegionRequest.anonymous("comparison", (long) mebibytes << 20));
    memory = space.memory();
    memory.fill(region.start(), region.bytes(), (byte) 1);
  }

  public static void main(String[] arguments) throws Exception {
    int mebibytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1024;
    try (AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("comparison"));
        CFloor floor = new CFloor(mebibytes)) {
      new LinuxComparison(mebibytes, space).run(floor);
    }
  }

  /** One side of a pair: nanoseconds. */
  private interface Measured {
    long nanos() throws Exception;
  }

  private void run(CFloor floor) throws Exception {
    System.out.printf("%d MiB, %d pairs%n%n", mebibytes, ROUNDS);
    System.out.println("| operation | C | Java | ratio |");
    System.out.println("|---|---|---|---|");
    try (TrackingCore core = TrackingCore.create(List.of(new ProcfsTechnique()))) {
      core.use("procfs");
      TrackingConsumer consumer = space.consumer("comparison");
      fetch(core, consumer);
      for (int percent : new int[] {0, 1, 10, 100}) {
        pair(
            "fetch and re-arm, " + percent + " % dirty",
            1e6,
            "ms",
            () -> floor.nanos("fetch " + percent),
            () -> {
              dirty(percent);
              long start = System.nanoTime();
              fetch(core, consumer);
              return System.nanoTime() - start;
            });
      }
      pair(
          "first write to an armed page",
          1e3,
          "µs",
          () -> floor.nanos("write"),
          () -> {
            long start = System.nanoTime();
            writeEachPage(region, region.bytes() / PageSet.PAGE_SIZE);
            long took = System.nanoTime() - start;
            fetch(core, consumer);
            return took / (region.bytes() / PageSet.PAGE_SIZE);
          });
    }
    faults(floor);
  }

  private void faults(CFloor floor) throws Exception {
    Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
    Region faulting =
        space.map(RegionRequest.anonymous("faulting", (long) FAULT_PAGES * PageSet.PAGE_SIZE));
    memory.fill(faulting.start(), faulting.bytes(), (byte) 1);
    try (Userfaultfd.Descriptor descriptor =
        facility.open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT)) {
      descriptor.register(faulting.pages());
      pair(
          "synchronous write-protect fault",
          1e3,
          "µs",
          () -> floor.nanos("fault"),
          () -> {
            descriptor.drain();
            descriptor.writeProtect(faulting.pages());
            long start = System.nanoTime();
            writeEachPage(faulting, FAULT_PAGES);
            return (System.nanoTime() - start) / FAULT_PAGES;
          });
    }
  }

  private void fetch(TrackingCore core, TrackingConsumer consumer) {
    try (Interval interval = core.fetch(space, consumer, region.pages(), region.pages())) {
      interval.commit();
    }
  }

  private void dirty(int percent) {
    long state = 1;
    for (long page = region.start(); page < region.end(); page += PageSet.PAGE_SIZE) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      if ((state >>> 33) % 100 < percent) {
        memory.putByte(page, (byte) (memory.getByte(page) + 1));
      }
    }
  }

  private void writeEachPage(Region target, long pages) {
    for (long page = 0; page < pages; page++) {
      memory.putLong(target.start() + page * PageSet.PAGE_SIZE, page);
    }
  }

  private static void pair(String what, double unit, String name, Measured c, Measured java)
      throws Exception {
    long[] ofC = new long[ROUNDS];
    long[] ofJava = new long[ROUNDS];
    double[] ratios = new double[ROUNDS];
    for (int round = -WARMUP; round < ROUNDS; round++) {
      long first = c.nanos();
      long second = java.nanos();
      if (round >= 0) {
        ofC[round] = first;
        ofJava[round] = second;
        ratios[round] = (double) second / first;
      }
    }
    Arrays.sort(ofC);
    Arrays.sort(ofJava);
    Arrays.sort(ratios);
    System.out.printf(
        "| %s | %.2f %s | %.2f %s | %.2f |%n",
        what, ofC[ROUNDS / 2] / unit, name, ofJava[ROUNDS / 2] / unit, name, ratios[ROUNDS / 2]);
  }
}
