package dev.ooh.benchmarks;

import dev.ooh.barrier.card.CardTable;
import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/**
 * Passes of 8-byte stores over 64 MiB in pairs, unwoven and woven, by the processor time of the
 * thread. What else runs on the machine hits both sides of a pair.
 */
public final class BarrierComparison {
  private static final int WARM_UP = 20;
  private static final int PAIRS = 31;
  private static final int CARD_BYTES = 4096;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final MemorySegment memory;
  private final StoreLoops unwoven = LoopsLoader.load(false);
  private final StoreLoops woven = LoopsLoader.load(true);
  private final PageSet all;
  private long checksum;

  private BarrierComparison(MemorySegment memory) {
    this.memory = memory;
    all = PageSet.of(memory.address(), memory.address() + StoreLoops.BYTES);
  }

  public static void main(String[] arguments) {
    try (Arena arena = Arena.ofShared()) {
      BarrierComparison comparison =
          new BarrierComparison(arena.allocate(StoreLoops.BYTES, PageSet.PAGE_SIZE));
      System.out.println("order       barriers  unwoven ns  woven ns  ratio");
      for (boolean on : new boolean[] {false, true}) {
        comparison.compare(false, on);
        comparison.compare(true, on);
      }
      System.out.println("checksum " + comparison.checksum);
    }
  }

  /** Prints the median of each side and of the pairs' ratios. */
  private void compare(boolean sequential, boolean on) {
    Object user = new Object();
    CardTable cards =
        on ? StoreLinks.shared().users().open(user, CARD_BYTES) : new CardTable(CARD_BYTES);
    double[] plain = new double[PAIRS];
    double[] marked = new double[PAIRS];
    double[] ratios = new double[PAIRS];
    for (int pair = -WARM_UP; pair < PAIRS; pair++) {
      cards.arm(all);
      double first = nanosAStore(unwoven, sequential);
      double second = nanosAStore(woven, sequential);
      if (pair >= 0) {
        plain[pair] = first;
        marked[pair] = second;
        ratios[pair] = second / first;
      }
    }
    StoreLinks.shared().users().close(user);
    System.out.printf(
        "%-10s  %-8s  %10.2f  %8.2f  %5.2f%n",
        sequential ? "sequential" : "random",
        on ? "on" : "off",
        median(plain),
        median(marked),
        median(ratios));
  }

  private double nanosAStore(StoreLoops loops, boolean sequential) {
    long start = THREADS.getCurrentThreadCpuTime();
    checksum += sequential ? loops.sequential(memory) : loops.random(memory);
    return (THREADS.getCurrentThreadCpuTime() - start) / (double) StoreLoops.STORES;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
