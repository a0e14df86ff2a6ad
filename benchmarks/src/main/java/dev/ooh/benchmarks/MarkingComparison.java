package dev.ooh.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.SpaceOptions;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/**
 * Marks a heap of 256 MB of live small objects, a binary tree, by one thread and by two, in turn.
 * Prints what it took: of full cycles in a pause, the best and the median in milliseconds, and the
 * median processor time of the whole process. On a machine that does other things, too, the latter
 * says more: that of one thread, times the threads, by that of all is how much faster they may be.
 *
 * <p>{@code java -cp benchmarks.jar dev.ooh.benchmarks.MarkingComparison [ROUNDS [THREADS]]}
 */
final class MarkingComparison {
  private static final int ROUNDS = 15;
  private static final int WARM_UP = 4;
  private static final int DEPTH = 23;
  private static final int DATA_BYTES = 16;
  private static final long HEAP = 384 << 20;

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private MarkingComparison() {}

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
    int threads = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
    try (AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("marking"))) {
      space.execution().run(() -> compare(space, rounds, new int[] {1, threads}));
    }
  }

  private static int compare(AddressSpace space, int rounds, int[] threads) {
    CollectedHeap[] heaps = new CollectedHeap[threads.length];
    double[][] millis = new double[threads.length][rounds];
    double[][] processor = new double[threads.length][rounds];
    for (int side = 0; side < threads.length; side++) {
      heaps[side] = heap(space, threads[side]);
    }
    for (int round = -WARM_UP; round < rounds; round++) {
      for (int side = 0; side < threads.length; side++) {
        long before = SYSTEM.getProcessCpuTime();
        heaps[side].collect(true);
        if (round >= 0) {
          processor[side][round] = (SYSTEM.getProcessCpuTime() - before) / 1e6;
          millis[side][round] = heaps[side].cycles().getLast().nanos(Phase.MARK) / 1e6;
        }
      }
    }
    System.out.println("threads  best ms  median ms  times as fast  processor ms  may be as fast");
    double alone = 0;
    double processorAlone = 0;
    for (int side = 0; side < threads.length; side++) {
      Arrays.sort(millis[side]);
      Arrays.sort(processor[side]);
      double median = millis[side][rounds / 2];
      double used = processor[side][rounds / 2];
      alone = side == 0 ? median : alone;
      processorAlone = side == 0 ? used : processorAlone;
      System.out.printf(
          Locale.ROOT,
          "%7d  %7.1f  %9.1f  %13.2f  %12.1f  %14.2f%n",
          threads[side],
          millis[side][0],
          median,
          alone / median,
          used,
          threads[side] * processorAlone / used);
    }
    return 0;
  }

  private static CollectedHeap heap(AddressSpace space, int threads) {
    CollectedHeap heap =
        new CollectedHeap(
            space,
            HeapOptions.of(HEAP, HEAP)
                .withAllocationBytes(Long.MAX_VALUE)
                .withFullCycles(HeapOptions.FullCycles.PAUSE)
                .withMarkers(threads),
            (where, consumer, scan, arm) -> Interval.all(scan, "not tracked"),
            (watched, interval) -> {});
    heap.setGlobal(0, heap.allocate(2, DATA_BYTES));
    grow(heap, heap.global(0), DEPTH - 1);
    return heap;
  }

  private static void grow(CollectedHeap heap, long node, int depth) {
    for (int child = 0; child < 2 && depth > 0; child++) {
      heap.setReference(node, child, heap.allocate(2, DATA_BYTES));
      grow(heap, heap.reference(node, child), depth - 1);
    }
  }
}
