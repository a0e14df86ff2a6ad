package dev.ooh.benchmarks;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.core.TrackingCore;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The pause of a young cycle beside many old objects that hold nothing but references, of which
 * stores hit one page in a hundred, with less than a mebibyte of new ones: real memory, {@code
 * procfs} beside {@code all-dirty}, which has every old page searched. Prints a Markdown table of
 * medians.
 *
 * <p>{@code java -cp benchmarks.jar dev.ooh.benchmarks.YoungCycleComparison [OLD_MIB [ROUNDS]]}
 */
final class YoungCycleComparison {
  private static final int MEBIBYTES = 1024;
  private static final int ROUNDS = 15;
  private static final int WARM_UP = 5;
  private static final int PAGES_A_STORE = 100;

  /** Of an object. */
  private static final int REFERENCES = 16;

  private static final int YOUNG_OBJECTS = (512 << 10) / (REFERENCES * Long.BYTES);
  private static final double NANOS_A_MILLI = 1e6;

  private YoungCycleComparison() {}

  public static void main(String[] arguments) throws Exception {
    int mebibytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : MEBIBYTES;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    System.out.printf("%d MiB of old objects, medians of %d young cycles%n%n", mebibytes, rounds);
    System.out.println(
        "| technique | pause, ms | longest | pages searched | of it the technique |");
    System.out.println("|---|---|---|---|---|");
    for (String technique : List.of("procfs", "all-dirty")) {
      List<CycleRecord> cycles = measure(technique, mebibytes, rounds);
      double[] pauses = sorted(cycles.stream().mapToLong(CycleRecord::pauseNanos).toArray());
      double[] pages = sorted(cycles.stream().mapToLong(CycleRecord::pagesRescanned).toArray());
      double[] told = sorted(cycles.stream().mapToLong(CycleRecord::techniqueNanos).toArray());
      System.out.printf(
          Locale.ROOT,
          "| %s | %.2f | %.2f | %.0f | %.2f |%n",
          technique,
          pauses[pauses.length / 2] / NANOS_A_MILLI,
          pauses[pauses.length - 1] / NANOS_A_MILLI,
          pages[pages.length / 2],
          told[told.length / 2] / NANOS_A_MILLI);
    }
  }

  private static double[] sorted(long[] values) {
    return Arrays.stream(values).sorted().asDoubleStream().toArray();
  }

  private static List<CycleRecord> measure(String technique, int mebibytes, int rounds)
      throws Exception {
    try (TrackingCore core = TrackingCore.create(List.of(new ProcfsTechnique()));
        AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("young cycle"))) {
      core.use(space, technique);
      return space.execution().run(() -> measure(space, core, mebibytes, rounds));
    }
  }

  private static List<CycleRecord> measure(
      AddressSpace space, TrackingCore core, int mebibytes, int rounds) {
    long bytes = (long) mebibytes << 20;
    try (CollectedHeap heap =
        new CollectedHeap(space, OldObjects.options(bytes), core, (watched, interval) -> {})) {
      heap.prepareTracking();
      OldObjects old = new OldObjects(heap, bytes, REFERENCES, 0);
      long stores = bytes / PageSet.PAGE_SIZE / PAGES_A_STORE;
      for (int round = 0; round < WARM_UP + rounds; round++) {
        for (long store = 0; store < stores; store++) {
          old.store();
        }
        for (int i = 0; i < YOUNG_OBJECTS; i++) {
          old.allocate();
        }
        heap.collect(false);
      }
      List<CycleRecord> young =
          heap.cycles().stream().filter(cycle -> cycle.kind() == CycleKind.YOUNG).toList();
      return young.subList(young.size() - rounds, young.size());
    }
  }
}
