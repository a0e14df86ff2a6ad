package dev.ooh.workloads.baby;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;

/**
 * The object that the heap's global 0 names: everything of a run but the tree's nodes.
 *
 * <pre>
 * reference slots
 *   0     the root of the tree
 * data
 *   +0    u64 state of the random generator (SplitMix64)
 *   +8    u64 operations done
 *   +16   u64 operations wanted
 *   +24   u64 keys are 0 to this, exclusive
 *   +32   u64 records in the tree
 *   +40   u64 levels above the leaves
 * </pre>
 */
final class EngineState {
  private static final int GLOBAL = 0;
  private static final int ROOT_SLOT = 0;
  private static final int RANDOM = 0;
  private static final int DONE = 8;
  private static final int WANTED = 16;
  private static final int KEY_RANGE = 24;
  private static final int RECORDS = 32;
  private static final int LEVELS = 40;
  private static final int DATA_BYTES = 48;

  private final Heap heap;
  private final Memory memory;
  private final long object;
  private final long data;

  private EngineState(Heap heap, long object) {
    this.heap = heap;
    this.memory = heap.memory();
    this.object = object;
    this.data = heap.data(object);
  }

  static EngineState create(Heap heap, long seed, long operations, long keyRange) {
    heap.setGlobal(GLOBAL, heap.allocate(1, DATA_BYTES));
    EngineState state = of(heap);
    state.memory.putLong(state.data + RANDOM, seed);
    state.memory.putLong(state.data + WANTED, operations);
    state.memory.putLong(state.data + KEY_RANGE, keyRange);
    return state;
  }

  static EngineState of(Heap heap) {
    long object = heap.global(GLOBAL);
    if (object == 0) {
      throw new IllegalStateException("global 0 is empty, wanted the state of a started run");
    }
    return new EngineState(heap, object);
  }

  long root() {
    return heap.reference(object, ROOT_SLOT);
  }

  void setRoot(long node) {
    heap.setReference(object, ROOT_SLOT, node);
  }

  long random() {
    return memory.getLong(data + RANDOM);
  }

  void setRandom(long state) {
    memory.putLong(data + RANDOM, state);
  }

  long done() {
    return memory.getLong(data + DONE);
  }

  void setDone(long operations) {
    memory.putLong(data + DONE, operations);
  }

  long wanted() {
    return memory.getLong(data + WANTED);
  }

  long keyRange() {
    return memory.getLong(data + KEY_RANGE);
  }

  long records() {
    return memory.getLong(data + RECORDS);
  }

  void setRecords(long records) {
    memory.putLong(data + RECORDS, records);
  }

  int levels() {
    return (int) memory.getLong(data + LEVELS);
  }

  void setLevels(int levels) {
    memory.putLong(data + LEVELS, levels);
  }
}
