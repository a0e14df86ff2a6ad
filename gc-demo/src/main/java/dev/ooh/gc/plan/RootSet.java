package dev.ooh.gc.plan;

import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.RootStack;
import dev.ooh.gc.policy.ValidPointers;
import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import java.util.Arrays;

/**
 * The globals, which lie in tracked memory, the roots of every thread, and what registered ranges
 * may refer to.
 */
public final class RootSet {
  private final Memory memory;
  private final long globals;
  private final Mutators mutators;
  private final ConservativeRanges ranges;
  private final ValidPointers pointers;

  /**
   * @param globals where the {@link Heap#GLOBALS} references lie
   */
  public RootSet(
      Memory memory,
      long globals,
      Mutators mutators,
      ConservativeRanges ranges,
      ValidPointers pointers) {
    this.memory = memory;
    this.globals = globals;
    this.mutators = mutators;
    this.ranges = ranges;
    this.pointers = pointers;
  }

  void visit(Marker marker) {
    for (int index = 0; index < Heap.GLOBALS; index++) {
      long object = memory.getLong(globals + (long) index * Long.BYTES);
      if (object != 0) {
        marker.visit(object);
      }
    }
    for (int i = 0; i < mutators.count(); i++) {
      if (mutators.get(i).kept() != 0) {
        marker.visit(mutators.get(i).kept());
      }
      RootStack roots = mutators.get(i).roots();
      for (int root = 0; root < roots.size(); root++) {
        long object = roots.root(root);
        if (object != 0) {
          marker.visit(object);
        }
      }
    }
    ranges.forEachWord(marker::visitWord);
  }

  /** Every root that isn't 0, and what ranges refer to; some perhaps more than once. */
  public long[] copy() {
    Copy copy = new Copy();
    for (int index = 0; index < Heap.GLOBALS; index++) {
      copy.add(memory.getLong(globals + (long) index * Long.BYTES));
    }
    for (int i = 0; i < mutators.count(); i++) {
      copy.add(mutators.get(i).kept());
      RootStack roots = mutators.get(i).roots();
      for (int root = 0; root < roots.size(); root++) {
        copy.add(roots.root(root));
      }
    }
    ranges.forEachWord(word -> copy.add(pointers.object(word)));
    return copy.toArray();
  }

  /** Grows without boxing. Ranges are large, and few of their words are references. */
  private static final class Copy {
    private long[] objects = new long[256];
    private int size;

    /** Leaves out 0, and repeats that follow each other. */
    void add(long object) {
      if (object == 0 || (size > 0 && objects[size - 1] == object)) {
        return;
      }
      if (size == objects.length) {
        objects = Arrays.copyOf(objects, 2 * size);
      }
      objects[size++] = object;
    }

    long[] toArray() {
      return Arrays.copyOf(objects, size);
    }
  }
}
