package dev.ooh.workloads.phoenix;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;

/**
 * A run's state, in the heap: longs by name. A view that is good for one step.
 *
 * @param <F> their names
 */
final class RunState<F extends Enum<F>> {
  /** The global that refers to it. */
  static final int GLOBAL = 0;

  private final Memory memory;
  private final long data;

  RunState(Heap heap) {
    memory = heap.memory();
    data = heap.data(heap.global(GLOBAL));
  }

  /** A new one, of zeros. */
  static <F extends Enum<F>> RunState<F> create(Heap heap, F[] fields) {
    heap.setGlobal(GLOBAL, heap.allocate(0, fields.length * Long.BYTES));
    return new RunState<>(heap);
  }

  long get(F field) {
    return memory.getLong(data + (long) field.ordinal() * Long.BYTES);
  }

  void set(F field, long value) {
    memory.putLong(data + (long) field.ordinal() * Long.BYTES, value);
  }

  void add(F field, long value) {
    set(field, get(field) + value);
  }
}
