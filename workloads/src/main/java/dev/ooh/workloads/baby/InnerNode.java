package dev.ooh.workloads.baby;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.engine.KeyText;

/**
 * A node above the leaves: child <i>i</i> holds the keys below key <i>i</i>, and at or above the
 * one before.
 *
 * <pre>
 * reference slots
 *   0 … 127  children
 * data
 *   +0       u32 count of children, 1 or more
 *   +4       u32 unused
 *   +8       127 × u64 separating keys, sorted, as text; count − 1 of them count
 * </pre>
 */
final class InnerNode {
  static final int CAPACITY = 128;
  private static final int COUNT = 0;
  private static final int KEYS = 8;
  private static final int DATA_BYTES = KEYS + (CAPACITY - 1) * Long.BYTES;

  private InnerNode() {}

  static long allocate(Heap heap) {
    return heap.allocate(CAPACITY, DATA_BYTES);
  }

  /** Makes a fresh node one above {@code child}. */
  static void initialize(Heap heap, long node, long child) {
    heap.setReference(node, 0, child);
    heap.memory().putInt(heap.data(node) + COUNT, 1);
  }

  static boolean isFull(Heap heap, long node) {
    return count(heap.memory(), heap.data(node)) == CAPACITY;
  }

  /** The index of the child that holds {@code key}. */
  static int childIndex(Heap heap, long node, long key) {
    Memory memory = heap.memory();
    long data = heap.data(node);
    int low = 0;
    int high = count(memory, data) - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (key(memory, data, middle) <= key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  static long child(Heap heap, long node, int index) {
    return heap.reference(node, index);
  }

  /** Puts {@code right} after child {@code index}, with {@code key} between; must not be full. */
  static void insert(Heap heap, long node, int index, long key, long right) {
    Memory memory = heap.memory();
    long data = heap.data(node);
    int count = count(memory, data);
    for (int i = count; i > index + 1; i--) {
      heap.setReference(node, i, heap.reference(node, i - 1));
    }
    heap.setReference(node, index + 1, right);
    long place = data + KEYS + (long) index * Long.BYTES;
    if (index < count - 1) {
      memory.copy(place, place + Long.BYTES, (long) (count - 1 - index) * Long.BYTES);
    }
    memory.putLong(place, KeyText.swap(key));
    memory.putInt(data + COUNT, count + 1);
  }

  /**
   * Moves the upper half of a full {@code left} to the fresh node {@code right}.
   *
   * @return the key that separates them
   */
  static long split(Heap heap, long left, long right) {
    Memory memory = heap.memory();
    long from = heap.data(left);
    long to = heap.data(right);
    int kept = CAPACITY / 2;
    int moved = CAPACITY - kept;
    for (int i = 0; i < moved; i++) {
      heap.setReference(right, i, heap.reference(left, kept + i));
      heap.setReference(left, kept + i, 0);
    }
    memory.copy(from + KEYS + (long) kept * Long.BYTES, to + KEYS, (moved - 1L) * Long.BYTES);
    memory.putInt(to + COUNT, moved);
    memory.putInt(from + COUNT, kept);
    return key(memory, from, kept - 1);
  }

  private static int count(Memory memory, long data) {
    return memory.getInt(data + COUNT);
  }

  private static long key(Memory memory, long data, int index) {
    return KeyText.swap(memory.getLong(data + KEYS + (long) index * Long.BYTES));
  }
}
