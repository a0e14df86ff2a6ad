package dev.ooh.benchmarks;

import dev.ooh.cli.plot.Chart;
import dev.ooh.cli.plot.ChartImage;
import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleListener;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.PhaseTime;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.core.TrackingCore;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The last pause of full cycles beside a program that changes old objects at a constant rate, on
 * heaps of 64 MiB to 4 GiB of them: real memory, {@code procfs}. Prints a Markdown table of medians
 * and draws them: the pause without the technique's part, by the clock and by processor time, which
 * says more on a machine that does other things, too; and the fetch apart.
 *
 * <p>{@code java -cp benchmarks.jar dev.ooh.benchmarks.FinalMarkComparison [MOST_MIB [ROUNDS
 * [FILE.svg]]]}
 */
final class FinalMarkComparison {
  private static final int LEAST_MEBIBYTES = 64;
  private static final int MOST_MEBIBYTES = 4096;
  private static final int ROUNDS = 9;
  private static final int WARM_UP = 2;

  /** Of an object: 128 bytes. */
  private static final int REFERENCES = 8;

  private static final int DATA_BYTES = 64;

  /** Objects allocated, garbage at once, for a reference stored in an old one. */
  private static final int GARBAGE_A_STORE = 400;

  private static final double NANOS_A_MILLI = 1e6;

  private FinalMarkComparison() {}

  public static void main(String[] arguments) throws Exception {
    int most = arguments.length > 0 ? Integer.parseInt(arguments[0]) : MOST_MEBIBYTES;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    List<String> sizes = new ArrayList<>();
    Map<String, List<Double>> series = new LinkedHashMap<>();
    System.out.printf("Final-mark pauses, medians of %d; load %s%n%n", rounds, load());
    System.out.println(
        "| old objects, MiB | without the fetch, ms | of processor time, ms | pages changed"
            + " | fetch, ms | of processor time, ms a GiB |");
    System.out.println("|---|---|---|---|---|---|");
    for (int size = LEAST_MEBIBYTES; size <= most; size *= 2) {
      List<CycleRecord> cycles = measure(size, rounds);
      double pause = median(cycles, cycle -> cycle.pauseNanos() - cycle.techniqueNanos());
      double used = median(cycles, cycle -> cpuNanos(cycle, false));
      double fetch = median(cycles, CycleRecord::techniqueNanos);
      double fetchUsed = median(cycles, cycle -> cpuNanos(cycle, true));
      System.out.printf(
          Locale.ROOT,
          "| %d | %.2f | %.2f | %.0f | %.2f | %.2f |%n",
          size,
          pause / NANOS_A_MILLI,
          used / NANOS_A_MILLI,
          median(cycles, CycleRecord::pagesChanged),
          fetch / NANOS_A_MILLI,
          fetchUsed / NANOS_A_MILLI * (1 << 10) / size);
      sizes.add(Integer.toString(size));
      add(series, "without the fetch", pause);
      add(series, "its processor time", used);
      add(series, "fetch", fetch);
    }
    System.out.printf("%nload %s%n", load());
    if (arguments.length > 2) {
      Map<String, double[]> drawn = new LinkedHashMap<>();
      series.forEach(
          (name, values) ->
              drawn.put(
                  name, values.stream().mapToDouble(nanos -> nanos / NANOS_A_MILLI).toArray()));
      Chart chart =
          new Chart(
              "Final-mark pauses", "old objects, MiB", "median, ms", false, false, sizes, drawn);
      Files.write(Path.of(arguments[2]), new ChartImage(chart).svg());
    }
  }

  private static String load() {
    return String.format(
        Locale.ROOT,
        "%.1f on %d processors",
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        Runtime.getRuntime().availableProcessors());
  }

  private static void add(Map<String, List<Double>> series, String name, double value) {
    series.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }

  private static double median(List<CycleRecord> cycles, ToDoubleFunction<CycleRecord> of) {
    double[] sorted = cycles.stream().mapToDouble(of).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static double cpuNanos(CycleRecord cycle, boolean ofTechnique) {
    return cycle.phases().stream()
        .filter(time -> time.phase().isInPause())
        .filter(time -> time.phase().isOfTechnique() == ofTechnique)
        .map(PhaseTime::cpuNanos)
        .mapToLong(cpu -> cpu.orElse(0))
        .sum();
  }

  private static List<CycleRecord> measure(int mebibytes, int rounds) throws Exception {
    try (TrackingCore core = TrackingCore.create(List.of(new ProcfsTechnique()));
        AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("final mark"))) {
      core.use(space, "procfs");
      return space.execution().run(() -> measure(space, core, mebibytes, rounds));
    }
  }

  private static List<CycleRecord> measure(
      AddressSpace space, TrackingCore core, int mebibytes, int rounds) {
    long bytes = (long) mebibytes << 20;
    List<CycleRecord> ended = Collections.synchronizedList(new ArrayList<>());
    try (CollectedHeap heap =
        new CollectedHeap(space, OldObjects.options(bytes), core, (watched, interval) -> {})) {
      heap.prepareTracking();
      OldObjects old = new OldObjects(heap, bytes, REFERENCES, DATA_BYTES);
      heap.addListener(
          new CycleListener() {
            @Override
            public void ended(CycleRecord cycle) {
              if (cycle.kind() == CycleKind.CONCURRENT) {
                ended.add(cycle);
              }
            }
          });
      for (int round = -WARM_UP; round < rounds; round++) {
        if (round == 0) {
          ended.clear();
        }
        int before = ended.size();
        // The one before may still sweep.
        while (!heap.startFullCycle()) {
          change(old);
        }
        while (ended.size() == before) {
          change(old);
          space.execution().poll();
        }
      }
    }
    return ended;
  }

  private static void change(OldObjects old) {
    old.store();
    for (int i = 0; i < GARBAGE_A_STORE; i++) {
      old.allocate();
    }
  }
}
