package dev.ooh.workloads.tiny;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import dev.ooh.workloads.engine.CellArray;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.KeyText;
import dev.ooh.workloads.engine.Part;
import dev.ooh.workloads.engine.RecordDigest;
import dev.ooh.workloads.engine.SplitMix;

/**
 * A hash table over a log of records. A record's place is its number in the log, counted from 1, in
 * four bytes without a sign; 0 is none. Setting a key always appends a record; the one that it
 * replaces leaves its chain and stays in the log until that is rebuilt: buckets are cleared, then
 * the records in force move down over the others, in their order, and enter their buckets again. A
 * rebuild goes in steps, too; no key is set meanwhile. A view that is good for one step.
 *
 * <p>The engine's own in the {@link EngineState}: references 0 and 1, the buckets and the log;
 * words 0, the number of buckets; 1, records in the log; 2, those replaced; 3, the phase of a
 * rebuild; 4, how far the phase is; 5, records kept so far.
 *
 * <pre>
 * bucket                        record
 *   +0  u32 place of the first    +0   u32 place of the bucket's next
 *                                 +4   u32 1 if replaced, else 0
 *                                 +8   u64 key, as text
 *                                 +16  u64 value, as text
 * </pre>
 */
final class LogTable {
  /** Above this a place doesn't fit its four bytes. */
  static final long MOST_RECORDS = 0xFFFF_FFFFL;

  private static final int REFERENCES = 2;
  private static final int WORDS = 6;
  private static final int BUCKETS = 0;
  private static final int LOG = 1;
  private static final int BUCKET_COUNT = 0;
  private static final int APPENDED = 1;
  private static final int REPLACED = 2;
  private static final int PHASE = 3;
  private static final int CURSOR = 4;
  private static final int KEPT = 5;

  private static final int NONE = 0;
  private static final int CLEAR = 1;
  private static final int MOVE = 2;

  private static final int BUCKET_BYTES = 4;
  private static final int BUCKETS_SHIFT = 13;
  private static final int RECORDS_SHIFT = 11;
  private static final int NEXT = 0;
  private static final int IS_REPLACED = 4;
  private static final int KEY = 8;
  private static final int VALUE = 16;
  private static final int RECORD_BYTES = 24;

  /** Fewer are not worth a rebuild. */
  private static final long LEAST_REPLACED = 4096;

  /** A rebuild is worth it when there are as many replaced as a quarter of the records in force. */
  private static final int IN_FORCE_PER_REPLACED = 4;

  private static final long CLEARED_PER_STEP = 1 << 19;
  private static final long CLEARED_AT_ONCE = 1 << BUCKETS_SHIFT;
  private static final long MOVED_PER_STEP = 1 << 13;
  private static final int MOVED_PER_POLL = 64;
  private static final int BUCKETS_PER_POLL = 4096;

  /** Of a cache line: clearing one is a unit of work. */
  private static final int LINE_BYTES = 64;

  private final Heap heap;
  private final Memory memory;
  private final EngineState state;
  private final CellArray buckets;
  private final CellArray log;
  private final long bucketCount;

  LogTable(Heap heap, EngineState state) {
    this.heap = heap;
    this.memory = heap.memory();
    this.state = state;
    this.buckets = new CellArray(heap, state.own(BUCKETS), BUCKET_BYTES, BUCKETS_SHIFT);
    this.log = new CellArray(heap, state.own(LOG), RECORD_BYTES, RECORDS_SHIFT);
    this.bucketCount = state.word(BUCKET_COUNT);
  }

  /** Makes the empty table of a part of a fresh run. */
  static LogTable create(Heap heap, Part part, long bucketCount) {
    long most = part.requests();
    long records = most + most / IN_FORCE_PER_REPLACED + 2 * LEAST_REPLACED;
    return create(heap, part, bucketCount, records);
  }

  /** As above, with a log of {@code mostRecords}. */
  static LogTable create(Heap heap, Part part, long bucketCount, long mostRecords) {
    EngineState state = EngineState.create(heap, part, REFERENCES, WORDS);
    state.setWord(BUCKET_COUNT, bucketCount);
    state.setOwn(BUCKETS, CellArray.allocateDirectory(heap, bucketCount, BUCKETS_SHIFT));
    state.setOwn(LOG, CellArray.allocateDirectory(heap, mostRecords, RECORDS_SHIFT));
    LogTable table = new LogTable(heap, state);
    table.buckets.reserve(0, bucketCount);
    return table;
  }

  /** Sets {@code key} to {@code value}; returns whether the key is new. */
  boolean set(long key, long value) {
    long number = state.word(APPENDED);
    long fresh = append(number);
    long link = bucketOf(key);
    long place = placeAt(link);
    while (place != 0) {
      long record = recordAt(place);
      if (keyOf(record) == key) {
        break;
      }
      link = record + NEXT;
      place = placeAt(link);
    }
    boolean isNew = place == 0;
    if (isNew) {
      state.setRecords(state.records() + 1);
      memory.putInt(fresh + NEXT, 0);
    } else {
      long old = recordAt(place);
      memory.putInt(fresh + NEXT, memory.getInt(old + NEXT));
      memory.putInt(old + IS_REPLACED, 1);
      state.setWord(REPLACED, state.word(REPLACED) + 1);
    }
    memory.putInt(fresh + IS_REPLACED, 0);
    memory.putLong(fresh + KEY, KeyText.swap(key));
    memory.putLong(fresh + VALUE, KeyText.swap(value));
    memory.putInt(link, (int) (number + 1));
    return isNew;
  }

  /** The address of record {@code number}, which is the log's new last. */
  private long append(long number) {
    if (number >= MOST_RECORDS) {
      throw new HeapExhaustedException(
          "log has %d records, limit is %d".formatted(number, MOST_RECORDS));
    }
    log.reserve(number, number + 1);
    state.setWord(APPENDED, number + 1);
    return log.address(number);
  }

  boolean isWorthRebuilding() {
    long replaced = state.word(REPLACED);
    return replaced >= LEAST_REPLACED && replaced >= state.records() / IN_FORCE_PER_REPLACED;
  }

  boolean isBeingRebuilt() {
    return state.word(PHASE) != NONE;
  }

  void beginRebuild() {
    enter(CLEAR);
    state.setWord(KEPT, 0);
  }

  private void enter(int phase) {
    state.setWord(PHASE, phase);
    state.setWord(CURSOR, 0);
  }

  /** Rebuilds for some milliseconds, or less while somebody waits for the end of a step. */
  void rebuildSome() {
    if (state.word(PHASE) == CLEAR) {
      clearSome();
    } else {
      moveSome();
    }
  }

  private void clearSome() {
    long first = state.word(CURSOR);
    long wanted = Math.min(first + CLEARED_PER_STEP, bucketCount);
    long end = first;
    do {
      long next = Math.min(end + CLEARED_AT_ONCE, wanted);
      buckets.clear(end, next);
      end = next;
    } while (end < wanted && !heap.execution().isStopAwaited());
    heap.execution().work((end - first) * BUCKET_BYTES / LINE_BYTES);
    state.setWord(CURSOR, end);
    if (end == bucketCount) {
      enter(MOVE);
    }
  }

  private void moveSome() {
    long first = state.word(CURSOR);
    long appended = state.word(APPENDED);
    long wanted = Math.min(first + MOVED_PER_STEP, appended);
    long kept = state.word(KEPT);
    long end = first;
    while (end < wanted) {
      if (memory.getInt(log.address(end) + IS_REPLACED) == 0) {
        move(end, kept);
        kept++;
      }
      if (end++ % MOVED_PER_POLL == 0) {
        heap.execution().poll();
        if (heap.execution().isStopAwaited()) {
          break;
        }
      }
    }
    heap.execution().work(end - first);
    state.setWord(CURSOR, end);
    state.setWord(KEPT, kept);
    if (end == appended) {
      state.setWord(APPENDED, kept);
      state.setWord(REPLACED, 0);
      enter(NONE);
    }
  }

  /** Makes record {@code from} record {@code to}, and puts it first in its bucket. */
  private void move(long from, long to) {
    long source = log.address(from);
    long target = log.address(to);
    long key = keyOf(source);
    if (from != to) {
      memory.putInt(target + IS_REPLACED, 0);
      memory.putLong(target + KEY, KeyText.swap(key));
      memory.putLong(target + VALUE, memory.getLong(source + VALUE));
    }
    long bucket = bucketOf(key);
    memory.putInt(target + NEXT, memory.getInt(bucket));
    memory.putInt(bucket, (int) (to + 1));
  }

  /**
   * Adds all records in force to the digest {@code before}. Not during a rebuild.
   *
   * @throws IllegalStateException if a record lies in a bucket that isn't its own or was replaced,
   *     or their number is not the counted one
   */
  long digest(long before) {
    long digest = before;
    long records = 0;
    for (long bucket = 0; bucket < bucketCount; bucket++) {
      long address = buckets.address(bucket);
      for (long place = placeAt(address); place != 0; place = placeAt(recordAt(place) + NEXT)) {
        long record = recordAt(place);
        long key = keyOf(record);
        if (bucketOf(key) != address || memory.getInt(record + IS_REPLACED) != 0) {
          throw new IllegalStateException(
              "key %016x was replaced or is in bucket %d, wanted in force and in its own"
                  .formatted(key, bucket));
        }
        long value = KeyText.swap(memory.getLong(record + VALUE));
        digest = RecordDigest.inAnyOrder(digest, key, value);
        records++;
      }
      if (bucket % BUCKETS_PER_POLL == 0) {
        heap.execution().poll();
      }
    }
    if (records != state.records()) {
      throw new IllegalStateException(
          "the buckets hold %d records, wanted %d".formatted(records, state.records()));
    }
    return digest;
  }

  /** The address of the bucket of {@code key}. */
  private long bucketOf(long key) {
    return buckets.address(Math.unsignedMultiplyHigh(SplitMix.mix(key), bucketCount));
  }

  private long placeAt(long address) {
    return Integer.toUnsignedLong(memory.getInt(address));
  }

  private long recordAt(long place) {
    return log.address(place - 1);
  }

  private long keyOf(long record) {
    return KeyText.swap(memory.getLong(record + KEY));
  }
}
