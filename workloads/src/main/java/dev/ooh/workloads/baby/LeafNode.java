package dev.ooh.workloads.baby;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.engine.KeyText;

/**
 * A leaf of the tree: keys in ascending order, and for each the slot in which its value lies.
 * Values stay in the slot they were put in, so an insertion moves keys but no references.
 *
 * <pre>
 * reference slots
 *   0 … 63   values, in order of arrival
 *   64       the next leaf, 0 for the last
 * data
 *   +0       u32 count
 *   +4       u32 unused
 *   +8       64 × u64 keys, sorted, as text
 *   +520     64 × u8 slot of the value of key i
 * </pre>
 */
final class LeafNode {
  static final int CAPACITY = 64;
  private static final int NEXT_SLOT = CAPACITY;
  private static final int COUNT = 0;
  private static final int KEYS = 8;
  private static final int SLOTS = KEYS + CAPACITY * Long.BYTES;
  private static final int DATA_BYTES = SLOTS + CAPACITY;

  private LeafNode() {}

  static long allocate(Heap heap) {
    return heap.allocate(CAPACITY + 1, DATA_BYTES);
  }

  static boolean isFull(Heap heap, long leaf) {
    return count(heap.memory(), heap.data(leaf)) == CAPACITY;
  }

  static int count(Memory memory, long data) {
    return memory.getInt(data + COUNT);
  }

  static long key(Memory memory, long data, int index) {
    return KeyText.swap(memory.getLong(data + KEYS + (long) index * Long.BYTES));
  }

  /** The first index whose key is {@code key} or above; the count when there is none. */
  static int lowerBound(Memory memory, long data, long key) {
    int low = 0;
    int high = count(memory, data);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (key(memory, data, middle) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  static long value(Heap heap, long leaf, long data, int index) {
    return heap.reference(leaf, slot(heap.memory(), data, index));
  }

  /** Puts a key that is not there before {@code index}; the leaf must not be full. */
  static void insert(Heap heap, long leaf, int index, long key, long value) {
    Memory memory = heap.memory();
    long data = heap.data(leaf);
    int count = count(memory, data);
    long place = data + KEYS + (long) index * Long.BYTES;
    long slotPlace = data + SLOTS + index;
    if (index < count) {
      memory.copy(place, place + Long.BYTES, (long) (count - index) * Long.BYTES);
      memory.copy(slotPlace, slotPlace + 1, count - index);
    }
    heap.setReference(leaf, count, value);
    memory.putLong(place, KeyText.swap(key));
    memory.putByte(slotPlace, (byte) count);
    memory.putInt(data + COUNT, count + 1);
  }

  /** Moves the upper half of a full {@code left} to the fresh leaf {@code right}. */
  static void split(Heap heap, long left, long right) {
    Memory memory = heap.memory();
    long from = heap.data(left);
    long to = heap.data(right);
    int kept = CAPACITY / 2;
    int moved = CAPACITY - kept;
    memory.copy(from + KEYS + (long) kept * Long.BYTES, to + KEYS, (long) moved * Long.BYTES);
    for (int i = 0; i < moved; i++) {
      heap.setReference(right, i, value(heap, left, from, kept + i));
      memory.putByte(to + SLOTS + i, (byte) i);
    }
    compact(heap, left, from, kept);
    memory.putInt(to + COUNT, moved);
    memory.putInt(from + COUNT, kept);
    setNext(heap, right, next(heap, left));
    setNext(heap, left, right);
  }

  /** Brings the values of the first {@code kept} keys into the first slots, and clears the rest. */
  private static void compact(Heap heap, long leaf, long data, int kept) {
    Memory memory = heap.memory();
    long[] values = new long[kept];
    for (int i = 0; i < kept; i++) {
      values[i] = value(heap, leaf, data, i);
    }
    for (int i = 0; i < CAPACITY; i++) {
      heap.setReference(leaf, i, i < kept ? values[i] : 0);
      if (i < kept) {
        memory.putByte(data + SLOTS + i, (byte) i);
      }
    }
  }

  static long next(Heap heap, long leaf) {
    return heap.reference(leaf, NEXT_SLOT);
  }

  private static void setNext(Heap heap, long leaf, long next) {
    heap.setReference(leaf, NEXT_SLOT, next);
  }

  private static int slot(Memory memory, long data, int index) {
    return memory.getByte(data + SLOTS + index);
  }
}
