package dev.ooh.gc.plan;

import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.RootStack;
import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import java.util.Arrays;

/** The globals, which lie in tracked memory, and the roots of every thread. */
public final class RootSet {
  private final Memory memory;
  private final long globals;
  private final Mutators mutators;

  /**
   * @param globals where the {@link Heap#GLOBALS} references lie
   */
  public RootSet(Memory memory, long globals, Mutators mutators) {
    this.memory = memory;
    this.globals = globals;
    this.mutators = mutators;
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
  }

  /** Every root that isn't 0. */
  public long[] copy() {
    long[] copy = new long[Heap.GLOBALS];
    int length = 0;
    for (int index = 0; index < Heap.GLOBALS; index++) {
      copy[length++] = memory.getLong(globals + (long) index * Long.BYTES);
    }
    for (int i = 0; i < mutators.count(); i++) {
      RootStack roots = mutators.get(i).roots();
      copy = Arrays.copyOf(copy, length + roots.size() + 1);
      copy[length++] = mutators.get(i).kept();
      for (int root = 0; root < roots.size(); root++) {
        copy[length++] = roots.root(root);
      }
    }
    return Arrays.stream(copy).filter(object -> object != 0).toArray();
  }
}
