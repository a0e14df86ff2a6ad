package dev.ooh.workloads.engine;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;

/**
 * The object that the heap's global 0 names: everything of a run but what an engine makes of its
 * records. An engine has reference slots and words of its own in it.
 *
 * <pre>
 * reference slots
 *   0 …   the engine's own
 * data
 *   +0    u64 state of the random generator (SplitMix64)
 *   +8    u64 operations done
 *   +16   u64 operations wanted
 *   +24   u64 keys are 0 to this, exclusive
 *   +32   u64 records
 *   +40   u64 × the engine's own words
 * </pre>
 */
public final class EngineState {
  private static final int GLOBAL = 0;
  private static final int RANDOM = 0;
  private static final int DONE = 8;
  private static final int WANTED = 16;
  private static final int KEY_RANGE = 24;
  private static final int RECORDS = 32;
  private static final int OWN_WORDS = 40;

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

  /**
   * The state of a fresh run.
   *
   * @param operations wanted; keys are drawn below as many
   * @param references the engine's own slots
   * @param words the engine's own words
   */
  public static EngineState create(
      Heap heap, long seed, long operations, int references, int words) {
    heap.setGlobal(GLOBAL, heap.allocate(references, OWN_WORDS + words * Long.BYTES));
    EngineState state = of(heap);
    state.memory.putLong(state.data + RANDOM, seed);
    state.memory.putLong(state.data + WANTED, operations);
    state.memory.putLong(state.data + KEY_RANGE, operations);
    return state;
  }

  /**
   * The state of the run in {@code heap}.
   *
   * @throws IllegalStateException if none was started there
   */
  public static EngineState of(Heap heap) {
    long object = heap.global(GLOBAL);
    if (object == 0) {
      throw new IllegalStateException("global 0 is empty, wanted the state of a started run");
    }
    return new EngineState(heap, object);
  }

  /** The engine's own reference in {@code slot}. */
  public long own(int slot) {
    return heap.reference(object, slot);
  }

  public void setOwn(int slot, long target) {
    heap.setReference(object, slot, target);
  }

  /** The engine's own word {@code index}. */
  public long word(int index) {
    return memory.getLong(wordAt(index));
  }

  public void setWord(int index, long value) {
    memory.putLong(wordAt(index), value);
  }

  private long wordAt(int index) {
    return data + OWN_WORDS + (long) index * Long.BYTES;
  }

  long random() {
    return memory.getLong(data + RANDOM);
  }

  void setRandom(long state) {
    memory.putLong(data + RANDOM, state);
  }

  /** Operations done. */
  public long done() {
    return memory.getLong(data + DONE);
  }

  void setDone(long operations) {
    memory.putLong(data + DONE, operations);
  }

  /** Operations wanted. */
  public long wanted() {
    return memory.getLong(data + WANTED);
  }

  long keyRange() {
    return memory.getLong(data + KEY_RANGE);
  }

  /** How far the run is, 0 to 1. */
  public double progress() {
    return (double) done() / wanted();
  }

  /** Records that the engine holds. */
  public long records() {
    return memory.getLong(data + RECORDS);
  }

  public void setRecords(long records) {
    memory.putLong(data + RECORDS, records);
  }
}
