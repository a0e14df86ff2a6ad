package dev.ooh.workloads.engine;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;

/**
 * The object that a global of the heap names, that of a part's index: everything of this part of a
 * run but what an engine makes of its records. An engine has reference slots and words of its own
 * in it.
 *
 * <pre>
 * reference slots
 *   0 …   the engine's own
 * data
 *   +0    u64 seed of the random generator (SplitMix64)
 *   +8    u64 requests of the run that were gone through
 *   +16   u64 requests that the run has
 *   +24   u64 parts that the run has
 *   +32   u64 records
 *   +40   u64 × the engine's own words
 * </pre>
 */
public final class EngineState {
  private static final int SEED = 0;
  private static final int DONE = 8;
  private static final int WANTED = 16;
  private static final int PARTS = 24;
  private static final int RECORDS = 32;
  private static final int OWN_WORDS = 40;

  private final Heap heap;
  private final Memory memory;
  private final int index;
  private final long object;
  private final long data;

  private EngineState(Heap heap, int index, long object) {
    this.heap = heap;
    this.memory = heap.memory();
    this.index = index;
    this.object = object;
    this.data = heap.data(object);
  }

  /**
   * The state of a part of a fresh run.
   *
   * @param references the engine's own slots
   * @param words the engine's own words
   */
  public static EngineState create(Heap heap, Part part, int references, int words) {
    heap.setGlobal(part.index(), heap.allocate(references, OWN_WORDS + words * Long.BYTES));
    EngineState state = of(heap, part.index());
    state.memory.putLong(state.data + SEED, part.seed());
    state.memory.putLong(state.data + WANTED, part.requests());
    state.memory.putLong(state.data + PARTS, part.parts());
    return state;
  }

  /**
   * The state of part {@code index} of the run in {@code heap}.
   *
   * @throws IllegalStateException if there is none
   */
  public static EngineState of(Heap heap, int index) {
    long object = heap.global(index);
    if (object == 0) {
      throw new IllegalStateException(
          "global %d is empty, wanted the state of a started run".formatted(index));
    }
    return new EngineState(heap, index, object);
  }

  /** What it is the state of. */
  Part part() {
    return new Part(memory.getLong(data + SEED), wanted(), index, parts());
  }

  /** How many parts the run in {@code heap} has. */
  public static int parts(Heap heap) {
    return of(heap, 0).parts();
  }

  private int parts() {
    return (int) memory.getLong(data + PARTS);
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

  /** Requests of the run that were gone through. */
  long done() {
    return memory.getLong(data + DONE);
  }

  void setDone(long requests) {
    memory.putLong(data + DONE, requests);
  }

  /** Requests that the run has. */
  long wanted() {
    return memory.getLong(data + WANTED);
  }

  /** How far the part is, 0 to 1. */
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
