package dev.ooh.benchmarks;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.uffd.UffdTechnique;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How long {@code use()} takes while four threads write to random pages of what is watched. Prints
 * a Markdown table, a switch from one technique to another a line; the first round is a warm-up.
 * What a switch does is bounded by counts, which the conformance kit tests; this is what that takes
 * on one machine.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.SwitchComparison [MEBIBYTES [ROUNDS]]}
 */
final class SwitchComparison {
  private static final int WRITERS = 4;

  /** Each goes to the next one, so that every pair of two different ones is met, in both ways. */
  private static final List<String> TOUR =
      List.of("procfs", "uffd", "all-dirty", "uffd", "procfs", "all-dirty");

  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("switches"));
  private final TrackingCore core =
      TrackingCore.create(List.of(new ProcfsTechnique(), new UffdTechnique()));
  private final TrackingConsumer consumer = space.consumer("consumer");
  private final Region region;
  private final Map<String, List<Long>> nanos = new LinkedHashMap<>();
  private volatile boolean stop;

  private SwitchComparison(long bytes) {
    region = space.map(RegionRequest.anonymous("watched", bytes));
    space.memory().fill(region.start(), region.bytes(), (byte) 1);
  }

  public static void main(String[] arguments) throws Exception {
    long mebibytes = arguments.length > 0 ? Long.parseLong(arguments[0]) : 64;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
    new SwitchComparison(mebibytes << 20).run(rounds);
  }

  private void run(int rounds) throws TrackingException, InterruptedException {
    List<TrackedThread> writers = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      long seed = writer;
      writers.add(space.execution().spawn("writer-" + writer, () -> write(seed)));
    }
    core.use(space, TOUR.getLast());
    for (int round = 0; round <= rounds; round++) {
      String from = TOUR.getLast();
      for (String to : TOUR) {
        fetch();
        long start = System.nanoTime();
        core.use(space, to);
        long took = System.nanoTime() - start;
        if (round > 0) {
          nanos.computeIfAbsent(from + " to " + to, pair -> new ArrayList<>()).add(took);
        }
        from = to;
      }
    }
    stop = true;
    for (TrackedThread writer : writers) {
      writer.join();
    }
    core.close();
    space.close();
    print(rounds);
  }

  /** Leaves everything armed. */
  private void fetch() {
    PageSet all = region.pages();
    try (Interval interval = core.fetch(space, consumer, all, all)) {
      interval.commit();
    }
  }

  private void write(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long pages = region.bytes() / PageSet.PAGE_SIZE;
    while (!stop) {
      long page = region.start() + random.nextLong(pages) * PageSet.PAGE_SIZE;
      space.memory().putLong(page, seed);
      space.execution().poll();
    }
  }

  private void print(int rounds) {
    System.out.printf(
        "%d MiB, %d writers, %d switches a line%n%n", region.bytes() >> 20, WRITERS, rounds);
    System.out.println("| switch | median, ms | 99th percentile | longest |");
    System.out.println("|---|---|---|---|");
    nanos.forEach(
        (pair, all) -> {
          long[] sorted = all.stream().mapToLong(Long::longValue).toArray();
          Arrays.sort(sorted);
          System.out.printf(
              Locale.ROOT,
              "| %s | %.2f | %.2f | %.2f |%n",
              pair,
              sorted[sorted.length / 2] / 1e6,
              sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)] / 1e6,
              sorted[sorted.length - 1] / 1e6);
        });
  }
}
