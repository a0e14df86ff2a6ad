package dev.ooh.workloads.cache;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.KeyText;
import dev.ooh.workloads.engine.Part;
import dev.ooh.workloads.engine.RecordDigest;
import dev.ooh.workloads.engine.ReferenceArray;
import dev.ooh.workloads.engine.SplitMix;

/**
 * A hash table with a chain for each bucket, whose records are also in a list from the one set last
 * to the one set longest ago. When it is full, the last of the list becomes the new record: nothing
 * is allocated any more. A view that is good for one step.
 *
 * <p>The engine's own in the {@link EngineState}: references 0, the buckets; 1 and 2, the newest
 * and the oldest record; word 0, the capacity, which is the number of buckets, too.
 *
 * <pre>
 * a record's reference slots
 *   0     the next one of the bucket
 *   1     the next newer one
 *   2     the next older one
 * data
 *   +0    u64 key, as text
 *   +8    u64 value, as text
 * </pre>
 */
final class RecencyCache {
  private static final int REFERENCES = 3;
  private static final int WORDS = 1;
  private static final int BUCKETS = 0;
  private static final int NEWEST = 1;
  private static final int OLDEST = 2;
  private static final int CAPACITY = 0;

  private static final int NEXT = 0;
  private static final int NEWER = 1;
  private static final int OLDER = 2;
  private static final int RECORD_REFERENCES = 3;
  private static final int KEY = 0;
  private static final int VALUE = 8;
  private static final int RECORD_BYTES = 16;
  private static final int RECORDS_PER_POLL = 4096;

  private final Heap heap;
  private final Memory memory;
  private final EngineState state;
  private final ReferenceArray buckets;
  private final long capacity;
  private final Heap.Allocator allocator;

  RecencyCache(Heap heap, EngineState state) {
    this.heap = heap;
    this.memory = heap.memory();
    this.state = state;
    this.buckets = new ReferenceArray(heap, state.own(BUCKETS));
    this.capacity = state.word(CAPACITY);
    this.allocator = heap.allocator(RECORD_REFERENCES, RECORD_BYTES);
  }

  /** Makes the empty cache of a part of a fresh run. */
  static RecencyCache create(Heap heap, Part part, long capacity) {
    EngineState state = EngineState.create(heap, part, REFERENCES, WORDS);
    state.setWord(CAPACITY, capacity);
    state.setOwn(BUCKETS, ReferenceArray.allocateDirectory(heap, capacity));
    RecencyCache cache = new RecencyCache(heap, state);
    cache.buckets.reserve(0, capacity);
    return cache;
  }

  /** Sets {@code key} to {@code value} and makes it the newest; may evict the oldest. */
  void set(long key, long value) {
    long bucket = bucketOf(key);
    long record = buckets.get(bucket);
    while (record != 0 && keyOf(record) != key) {
      record = heap.reference(record, NEXT);
    }
    if (record == 0) {
      record = fresh();
      memory.putLong(heap.data(record) + KEY, KeyText.swap(key));
      heap.setReference(record, NEXT, buckets.get(bucket));
      buckets.set(bucket, record);
      putFirst(record);
    } else if (record != state.own(NEWEST)) {
      takeOut(record);
      putFirst(record);
    }
    memory.putLong(heap.data(record) + VALUE, KeyText.swap(value));
  }

  /** A record in neither list nor bucket. */
  private long fresh() {
    long records = state.records();
    if (records < capacity) {
      long record = allocator.allocate();
      state.setRecords(records + 1);
      return record;
    }
    long oldest = state.own(OLDEST);
    takeOut(oldest);
    removeFromBucket(oldest);
    return oldest;
  }

  private void removeFromBucket(long record) {
    long bucket = bucketOf(keyOf(record));
    long next = heap.reference(record, NEXT);
    long before = buckets.get(bucket);
    if (before == record) {
      buckets.set(bucket, next);
      return;
    }
    while (heap.reference(before, NEXT) != record) {
      before = heap.reference(before, NEXT);
    }
    heap.setReference(before, NEXT, next);
  }

  private void putFirst(long record) {
    long second = state.own(NEWEST);
    heap.setReference(record, NEWER, 0);
    heap.setReference(record, OLDER, second);
    state.setOwn(NEWEST, record);
    if (second == 0) {
      state.setOwn(OLDEST, record);
    } else {
      heap.setReference(second, NEWER, record);
    }
  }

  private void takeOut(long record) {
    long newer = heap.reference(record, NEWER);
    long older = heap.reference(record, OLDER);
    if (newer == 0) {
      state.setOwn(NEWEST, older);
    } else {
      heap.setReference(newer, OLDER, older);
    }
    if (older == 0) {
      state.setOwn(OLDEST, newer);
    } else {
      heap.setReference(older, NEWER, newer);
    }
  }

  /**
   * Adds all records, from the newest on, to the digest {@code before}.
   *
   * @throws IllegalStateException if a bucket lacks a record of the list, or their number is not
   *     the counted one
   */
  long digest(long before) {
    long digest = before;
    long records = 0;
    for (long record = state.own(NEWEST);
        record != 0 && records <= capacity;
        record = heap.reference(record, OLDER)) {
      long key = keyOf(record);
      if (!isInBucket(record, key)) {
        throw new IllegalStateException(
            "key %016x is in no bucket, wanted in %d".formatted(key, bucketOf(key)));
      }
      long value = KeyText.swap(memory.getLong(heap.data(record) + VALUE));
      digest = RecordDigest.inOrder(digest, key, value);
      records++;
      if (records % RECORDS_PER_POLL == 0) {
        heap.execution().poll();
      }
    }
    if (records != state.records()) {
      throw new IllegalStateException(
          "the list holds %d records, wanted %d".formatted(records, state.records()));
    }
    return digest;
  }

  private boolean isInBucket(long record, long key) {
    long other = buckets.get(bucketOf(key));
    while (other != 0 && other != record) {
      other = heap.reference(other, NEXT);
    }
    return other == record;
  }

  private long keyOf(long record) {
    return KeyText.swap(memory.getLong(heap.data(record) + KEY));
  }

  private long bucketOf(long key) {
    return Math.unsignedMultiplyHigh(SplitMix.mix(key), capacity);
  }
}
