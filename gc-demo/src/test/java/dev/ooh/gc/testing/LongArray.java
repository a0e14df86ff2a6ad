package dev.ooh.gc.testing;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.SpaceOptions;

/**
 * The main class of a JVM with a small Java heap: collects an array of references that has several
 * times its size, in a young cycle, a full one in a pause and one beside the program. Prints how
 * many objects each has traced.
 */
public final class LongArray {
  /** How many slots the array has, 8 bytes each. */
  public static final int SLOTS = 1 << 24;

  /** How many of them refer to an object, each to one of its own. */
  public static final int OBJECTS = 1 << 22;

  private static final long BYTES = 256L << 20;

  private LongArray() {}

  /** Runs it; no arguments. */
  public static void main(String[] arguments) throws Exception {
    for (FullCycles where : new FullCycles[] {FullCycles.PAUSE, FullCycles.BESIDE}) {
      try (AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("long array"))) {
        space
            .execution()
            .run(
                () -> {
                  collect(space, where);
                  return 0;
                });
      }
    }
  }

  private static void collect(AddressSpace space, FullCycles where) {
    CyclesBeside cycles = new CyclesBeside(space);
    HeapOptions options =
        HeapOptions.of(BYTES, BYTES)
            .withAllocationBytes(Long.MAX_VALUE)
            .withMarkers(2)
            .withFullCycles(where);
    try (CollectedHeap heap =
        cycles.follow(
            new CollectedHeap(
                cycles.space(),
                options,
                (asked, consumer, scan, arm) -> Interval.all(scan, "not tracked"),
                (watched, interval) -> {}))) {
      heap.setGlobal(0, heap.allocate(SLOTS, 0));
      for (int i = 0; i < OBJECTS; i++) {
        heap.setReference(heap.global(0), i, heap.allocate(0, 8));
      }
      heap.collect(false);
      print(heap);
      if (where == FullCycles.PAUSE) {
        heap.collect(true);
      } else {
        cycles.begin();
        if (!cycles.awaitEnd()) {
          throw new IllegalStateException("the cycle beside the program was given up");
        }
      }
      print(heap);
    }
  }

  private static void print(CollectedHeap heap) {
    CycleRecord last = heap.cycles().getLast();
    System.out.println(last.kind() + " " + last.objectsTraced());
  }
}
