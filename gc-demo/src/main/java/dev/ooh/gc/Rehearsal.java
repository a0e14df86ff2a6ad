package dev.ooh.gc;

import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.IntervalSource;

/**
 * Cycles of a small heap of its own, so that what runs in a pause is compiled before the first
 * pause that matters: until then marking an object takes twenty times as long. Full cycles beside
 * the program are among them: compiled code that has never seen one is thrown away in the first,
 * and the pauses after it are interpreted. They run in slices, so that the rehearsal has no thread
 * of its own and ends when it says so.
 */
final class Rehearsal {
  private static final long HEAP = 4 << 20;
  private static final int DEPTH = 14;
  private static final int SHARED = 7;

  /** References, and bytes, of an object that is alone in its blocks. */
  private static final int LARGE = 2000;

  /**
   * It ends when an object took no longer than this to be marked, a few times, after some full
   * cycles,
   */
  private static final long FAST_NANOS = 60;

  private static final int FAST_CYCLES = 3;
  private static final int FULL_CYCLES = 4;

  /** or after so many cycles, or so long. */
  private static final int MOST_CYCLES = 400;

  private static final long MOST_NANOS = 300_000_000;

  /** Full cycles are due when old objects have grown by some of it. */
  private static final long ALLOCATION_BYTES = 128 << 10;

  private Rehearsal() {}

  /** How its heap is held. */
  static HeapOptions options() {
    return HeapOptions.of(HEAP, HEAP)
        .withAllocationBytes(ALLOCATION_BYTES)
        .withFullCycles(FullCycles.INCREMENTAL);
  }

  static void run(AddressSpace space, HeapOptions options, IntervalSource changedPages) {
    CollectedHeap heap = new CollectedHeap(space, options, changedPages, (watched, interval) -> {});
    try (heap) {
      heap.setGlobal(0, heap.allocate(2, Long.BYTES));
      grow(heap, heap.global(0), DEPTH);
      heap.setGlobal(1, heap.allocate(LARGE, LARGE));
      long end = System.nanoTime() + MOST_NANOS;
      int fast = 0;
      int full = 0;
      for (int i = 0; i < MOST_CYCLES && System.nanoTime() < end; i++) {
        if (fast >= FAST_CYCLES && full >= FULL_CYCLES) {
          return;
        }
        heap.setReference(heap.global(1), i, heap.allocate(LARGE, 0));
        heap.setReference(heap.reference(heap.global(1), i), i, heap.global(0));
        // Old objects, on half of the pages, come to refer to new ones.
        replace(heap, heap.global(0), i % 2, DEPTH);
        if (!heap.collect(false)) {
          return;
        }
        CycleRecord cycle = heap.cycles().getLast();
        fast += cycle.nanos(Phase.MARK) < FAST_NANOS * cycle.objectsTraced() ? 1 : 0;
        if (i % 8 == 7) {
          heap.setGlobal(1, heap.allocate(LARGE, LARGE));
          heap.collect(true);
        }
        full = (int) heap.cycles().stream().filter(of -> of.concurrentNanos() > 0).count();
      }
    } finally {
      heap.unmap();
    }
  }

  private static void replace(CollectedHeap heap, long node, int child, int depth) {
    if (depth > DEPTH - SHARED) {
      replace(heap, heap.reference(node, 0), child, depth - 1);
      replace(heap, heap.reference(node, 1), child, depth - 1);
    } else {
      heap.setReference(node, child, heap.allocate(2, Long.BYTES));
      grow(heap, heap.reference(node, child), depth - 1);
    }
  }

  /** Nodes of each form that the marker tells apart. */
  private static void grow(CollectedHeap heap, long node, int depth) {
    for (int child = 0; child < 2 && depth > 0; child++) {
      heap.setReference(node, child, heap.allocate(depth == 6 ? 20 : 2, Long.BYTES));
      grow(heap, heap.reference(node, child), depth - 1);
    }
    if (depth == 6) {
      heap.setReference(heap.reference(node, 0), 19, heap.allocate(0, 200));
      heap.setReference(heap.reference(node, 1), 18, node);
    }
  }
}
