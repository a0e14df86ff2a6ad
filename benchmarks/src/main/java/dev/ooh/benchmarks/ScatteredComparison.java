package dev.ooh.benchmarks;

import dev.ooh.library.PageTracker;
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
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.uffd.UffdTechnique;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What lies scattered: tens of thousands of segments with a hole between each two, as they are
 * added to a tracker; and a fetch of every other page of one region by asynchronous uffd beside
 * procfs, in turn. Prints a Markdown table of medians, of the fetch with the median of the pairs'
 * ratios. The first rounds are a warm-up.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.ScatteredComparison [ROUNDS [SEGMENTS]]}
 */
final class ScatteredComparison {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int FETCHED_PAGES = 64 * 256;

  private ScatteredComparison() {}

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
    int segments = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 31_000;
    System.out.println("| what | median | bar |");
    System.out.println("|---|---|---|");
    add(rounds, segments);
    fetch(rounds * 10);
  }

  private static void add(int rounds, int segments) throws TrackingException {
    double[] seconds = new double[rounds];
    for (int round = -2; round < rounds; round++) {
      try (Arena arena = Arena.ofShared();
          PageTracker tracker = PageTracker.track()) {
        MemorySegment all = arena.allocate(2L * segments * PAGE, PAGE);
        long start = System.nanoTime();
        for (int i = 0; i < segments; i++) {
          tracker.add(all.asSlice(2L * i * PAGE, PAGE));
        }
        if (round >= 0) {
          seconds[round] = (System.nanoTime() - start) / 1e9;
        }
      }
    }
    System.out.printf(
        Locale.ROOT, "| add %d segments | %.3f s | 0.5 s |%n", segments, median(seconds));
  }

  private static void fetch(int pairs) throws TrackingException {
    double[] procfs = new double[pairs];
    double[] uffd = new double[pairs];
    double[] ratios = new double[pairs];
    try (Side first = new Side("procfs");
        Side second = new Side("uffd")) {
      for (int pair = -pairs; pair < pairs; pair++) {
        double one = first.millis();
        double other = second.millis();
        if (pair >= 0) {
          procfs[pair] = one;
          uffd[pair] = other;
          ratios[pair] = other / one;
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "| fetch every other of %d pages, `procfs` | %.3f ms | |%n"
            + "| the same, asynchronous `uffd` | %.3f ms | |%n"
            + "| ratio | %.2f | 1.5 |%n",
        FETCHED_PAGES,
        median(procfs),
        median(uffd),
        median(ratios));
  }

  private static double median(double[] samples) {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** One technique over a region of its own. */
  private static final class Side implements AutoCloseable {
    private final AddressSpace space =
        new LinuxSubstrate()
            .open(SpaceOptions.named("scattered").with("uffd.mode", "asynchronous"));
    private final TrackingCore core =
        TrackingCore.create(List.of(new ProcfsTechnique(), new UffdTechnique()));
    private final TrackingConsumer consumer = space.consumer("consumer");
    private final Memory memory = space.memory();
    private final Region region =
        space.map(RegionRequest.anonymous("watched", (long) FETCHED_PAGES * PAGE));

    Side(String technique) throws TrackingException {
      memory.fill(region.start(), region.bytes(), (byte) 1);
      core.use(space, technique);
      fetch();
    }

    double millis() {
      for (long page = region.start(); page < region.end(); page += 2L * PAGE) {
        memory.putLong(page, page);
      }
      long start = System.nanoTime();
      long found = fetch();
      double took = (System.nanoTime() - start) / 1e6;
      if (found < FETCHED_PAGES / 2) {
        throw new IllegalStateException(
            "found %d pages, wanted %d".formatted(found, FETCHED_PAGES / 2));
      }
      return took;
    }

    private long fetch() {
      PageSet all = region.pages();
      try (Interval interval = core.fetch(space, consumer, all, all)) {
        interval.commit();
        return interval.pages().pageCount();
      }
    }

    @Override
    public void close() {
      core.close();
      space.close();
    }
  }
}
