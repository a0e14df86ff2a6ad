package dev.ooh.workloads.phoenix;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;

/**
 * A hash table of words with counts, in the heap: an array of buckets, each a list of entries. A
 * view that is good for one step.
 *
 * <p>An entry has one reference slot, the next entry, and these data:
 *
 * <pre>
 *   0        8       16       24            24 + length
 *   +--------+--------+--------+--------------+
 *   | count  |  hash  | length | characters … |
 *   +--------+--------+--------+--------------+
 * </pre>
 */
final class WordTable {
  private static final int COUNT = 0;
  private static final int HASH = 8;
  private static final int LENGTH = 16;
  private static final int CHARACTERS = 24;
  private static final int NEXT = 0;

  private final Heap heap;
  private final Memory memory;
  private final long table;
  private final int buckets;

  WordTable(Heap heap, long table) {
    this.heap = heap;
    this.table = table;
    memory = heap.memory();
    buckets = heap.referenceCount(table);
  }

  /** A power of two. */
  int buckets() {
    return buckets;
  }

  /**
   * Counts an occurrence.
   *
   * @param token an object with the word's characters, reachable from a root
   * @return 1 if the word is new, else 0
   */
  int count(long token, int length, long hash) {
    int bucket = bucketOf(hash);
    long characters = heap.data(token);
    for (long entry = heap.reference(table, bucket);
        entry != 0;
        entry = heap.reference(entry, NEXT)) {
      long data = heap.data(entry);
      if (memory.getLong(data + HASH) == hash
          && memory.getLong(data + LENGTH) == length
          && same(data + CHARACTERS, characters, length)) {
        memory.putLong(data + COUNT, memory.getLong(data + COUNT) + 1);
        return 0;
      }
    }
    long entry = heap.allocate(1, CHARACTERS + length);
    long data = heap.data(entry);
    memory.putLong(data + COUNT, 1);
    memory.putLong(data + HASH, hash);
    memory.putLong(data + LENGTH, length);
    memory.copy(characters, data + CHARACTERS, length);
    heap.setReference(entry, NEXT, heap.reference(table, bucket));
    heap.setReference(table, bucket, entry);
    return 1;
  }

  /** Moves a bucket's entries to another table. */
  void moveTo(WordTable other, int bucket) {
    long entry = heap.reference(table, bucket);
    while (entry != 0) {
      long next = heap.reference(entry, NEXT);
      int target = other.bucketOf(memory.getLong(heap.data(entry) + HASH));
      heap.setReference(entry, NEXT, heap.reference(other.table, target));
      heap.setReference(other.table, target, entry);
      entry = next;
    }
    heap.setReference(table, bucket, 0);
  }

  /** A sum over a bucket's words and counts that doesn't depend on their order. */
  long sum(int bucket) {
    long sum = 0;
    for (long entry = heap.reference(table, bucket);
        entry != 0;
        entry = heap.reference(entry, NEXT)) {
      long data = heap.data(entry);
      sum += Words.weight(memory.getLong(data + HASH)) * memory.getLong(data + COUNT);
    }
    return sum;
  }

  private int bucketOf(long hash) {
    return (int) (hash ^ hash >>> 32) & (buckets - 1);
  }

  private boolean same(long a, long b, int length) {
    for (int i = 0; i < length; i++) {
      if (memory.getByte(a + i) != memory.getByte(b + i)) {
        return false;
      }
    }
    return true;
  }
}
