package dev.ooh.benchmarks;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.gcbench.GcBench;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * GCBench on the collected heap, on real memory. Prints total and longest pause in milliseconds,
 * and the heap in bytes, a line a run.
 *
 * <p>{@code CollectorSide CONFIGURATION [RUNS [TECHNIQUE]]}
 */
final class CollectorSide {
  private static final int HEAP_FACTOR = 4;

  private CollectorSide() {}

  public static void main(String[] arguments) throws Exception {
    Configuration configuration = Configuration.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
    String technique = arguments.length > 2 ? arguments[2] : "procfs";
    try (TrackingCore core = TrackingCore.create(List.of(new ProcfsTechnique()))) {
      for (int run = 0; run < runs; run++) {
        try (AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("comparison"))) {
          core.use(space, technique);
          System.out.println(space.execution().run(() -> run(space, core, configuration)));
        }
      }
    }
  }

  private static String run(AddressSpace space, TrackingCore core, Configuration configuration) {
    Application application = new GcBench();
    Parameters parameters = new Parameters(configuration, Optional.empty(), 1);
    long estimate = application.heapBytes(parameters);
    HeapOptions options = HeapOptions.of(estimate, HEAP_FACTOR * estimate);
    try (CollectedHeap heap = new CollectedHeap(space, options, core, (watched, interval) -> {})) {
      long start = System.nanoTime();
      heap.prepareTracking();
      application.start(heap, parameters);
      while (application.step(heap)) {
        space.execution().poll();
      }
      long total = System.nanoTime() - start;
      long[] pauses = heap.cycles().stream().mapToLong(CycleRecord::pauseNanos).toArray();
      return String.format(
          Locale.ROOT,
          "%.3f %.3f %d",
          total / 1e6,
          Arrays.stream(pauses).max().orElse(0) / 1e6,
          heap.peakBytes());
    }
  }
}
