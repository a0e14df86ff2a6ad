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
   * @param gaveUp whether the one that is under way will not come there
   * @return false when it could not stop the other threads, or was given up
   */
  public boolean run(CollectedHeap heap, CyclePhases phases, BooleanSupplier gaveUp) {
    if (!isBeside()) {
      phases.watch(false);
      return heap.collect(this == FULL);
    }
    phases.watch(true);
    while (!heap.startFullCycle()) {
      goOn(heap);
    }
    while (!phases.isOver() && !gaveUp.getAsBoolean()) {
      goOn(heap);
    }
    return phases.isOver() && !gaveUp.getAsBoolean();
  }

  /** What the program does while the cycle runs, or what takes it on. */
  private void goOn(CollectedHeap heap) {
    if (this == INCREMENTAL) {
      heap.allocate(1, 8);
    } else {
      heap.execution().poll();
    }
  }
}
