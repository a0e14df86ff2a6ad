package dev.ooh.gc.testing;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.statistics.Phase;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** A cycle of each kind, of a small heap that is not due for any. */
public enum AnyCycle {
  YOUNG(FullCycles.BESIDE),
  FULL(FullCycles.PAUSE),
  CONCURRENT(FullCycles.BESIDE),
  INCREMENTAL(FullCycles.INCREMENTAL);

  /** Many times as many as a small heap is marked in. */
  private static final int MOST_ALLOCATIONS = 1 << 18;

  private static final EnumSet<Phase> OF_A_PAUSE =
      EnumSet.of(
          Phase.STOP,
          Phase.PREPARE,
          Phase.FETCH,
          Phase.MARK,
          Phase.COMMIT,
          Phase.SWEEP,
          Phase.RESUME);

  private final FullCycles where;

  AnyCycle(FullCycles where) {
    this.where = where;
  }

  /** How the heap is to be held. */
  public FullCycles where() {
    return where;
  }

  public boolean isBeside() {
    return this == CONCURRENT || this == INCREMENTAL;
  }

  /** The phases that it has. */
  public Set<Phase> phases() {
    return isBeside() ? EnumSet.allOf(Phase.class) : OF_A_PAUSE;
  }

  /**
   * Runs one, from its start to the end of its last pause.
   *
   * @return false when it could not stop the other threads, or the collector's thread gave it up
   */
  public boolean run(CollectedHeap heap, CyclePhases phases) {
    phases.watch(isBeside());
    if (!isBeside()) {
      return heap.collect(this == FULL);
    }
    CyclesBeside cycles = phases.cycles();
    if (this == CONCURRENT) {
      cycles.begin();
      return cycles.awaitEnd();
    }
    allocateUntil(heap, cycles::tryBegin, "the start of an incremental cycle");
    allocateUntil(heap, cycles::hasEnded, "the last pause of an incremental cycle");
    return true;
  }

  private static void allocateUntil(CollectedHeap heap, BooleanSupplier event, String what) {
    Repeat.until(event, what, MOST_ALLOCATIONS, () -> heap.allocate(1, 8));
  }
}
