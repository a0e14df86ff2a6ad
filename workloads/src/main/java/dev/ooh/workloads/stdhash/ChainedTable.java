package dev.ooh.workloads.stdhash;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.KeyText;
import dev.ooh.workloads.engine.Part;
import dev.ooh.workloads.engine.RecordDigest;
import dev.ooh.workloads.engine.ReferenceArray;
import dev.ooh.workloads.engine.SplitMix;
import dev.ooh.workloads.stdhash.StdHashEngine.Compression;

/**
 * A hash table with a chain for each bucket. It has a bucket a record at least, and grows a bucket
 * at a time (linear hashing), so that no request has to wait until all records are in their new
 * place: of <i>n</i> buckets the first <i>s</i> were split, each into itself and bucket <i>n</i> +
 * <i>i</i>; when all are, <i>n</i> doubles. A view that is good for one step.
 *
 * <p>The engine's own in the {@link EngineState}: reference 0, the buckets; words 0 and 1, <i>n</i>
 * and <i>s</i>; word 2, 1 if values are compressed by zlib, else 0.
 *
 * <pre>
 * a record's reference slots      its value's data
 *   0     the next of the bucket    +0    u32 length
 *   1     its value                 +4    what is held of the value
 * data
 *   +0    u64 key, as text
 * </pre>
 */
final class ChainedTable implements AutoCloseable {
  private static final int REFERENCES = 1;
  private static final int WORDS = 3;
  private static final int BUCKETS = 0;
  private static final int UNSPLIT = 0;
  private static final int SPLIT = 1;
  private static final int IS_ZLIB = 2;

  private static final int NEXT = 0;
  private static final int VALUE = 1;
  private static final int RECORD_REFERENCES = 2;
  private static final int KEY = 0;
  private static final int RECORD_BYTES = 8;
  private static final int LENGTH = 0;
  private static final int HELD = 4;
  private static final int BUCKETS_PER_POLL = 4096;

  private final Heap heap;
  private final Memory memory;
  private final EngineState state;
  private final ReferenceArray buckets;
  private final Heap.Allocator records;
  private final ValueCodec codec;
  private final byte[] held = new byte[ValueCodec.MOST_BYTES];

  /** How many buckets there were before the first of them was split. */
  private long unsplit;

  /** How many of those were split. */
  private long split;

  ChainedTable(Heap heap, EngineState state) {
    this.heap = heap;
    this.memory = heap.memory();
    this.state = state;
    this.buckets = new ReferenceArray(heap, state.own(BUCKETS));
    this.records = heap.allocator(RECORD_REFERENCES, RECORD_BYTES);
    this.codec = ValueCodec.of(state.word(IS_ZLIB) == 0 ? Compression.NONE : Compression.ZLIB);
    this.unsplit = state.word(UNSPLIT);
    this.split = state.word(SPLIT);
  }

  /** Makes the empty table of a part of a fresh run. */
  static ChainedTable create(Heap heap, Part part, long firstBuckets, Compression compression) {
    EngineState state = EngineState.create(heap, part, REFERENCES, WORDS);
    state.setWord(UNSPLIT, firstBuckets);
    state.setWord(IS_ZLIB, compression == Compression.ZLIB ? 1 : 0);
    long most = Math.max(firstBuckets, part.requests());
    state.setOwn(BUCKETS, ReferenceArray.allocateDirectory(heap, most));
    ChainedTable table = new ChainedTable(heap, state);
    table.buckets.reserve(0, firstBuckets);
    return table;
  }

  /** Sets {@code key} to {@code value}; returns whether the key is new. */
  boolean set(long key, long value) {
    long bucket = bucketOf(key);
    long record = buckets.get(bucket);
    while (record != 0 && keyOf(record) != key) {
      record = heap.reference(record, NEXT);
    }
    boolean isNew = record == 0;
    if (isNew) {
      record = records.allocate();
      memory.putLong(heap.data(record) + KEY, KeyText.swap(key));
      push(bucket, record);
    }
    setValue(record, value);
    if (isNew) {
      long count = state.records() + 1;
      state.setRecords(count);
      if (count > unsplit + split) {
        grow();
      }
    }
    return isNew;
  }

  private void setValue(long record, long value) {
    int length = codec.encode(value, held);
    long place = heap.reference(record, VALUE);
    if (place == 0 || heap.dataBytes(place) < HELD + length) {
      place = heap.allocate(0, HELD + length);
      heap.setReference(record, VALUE, place);
    }
    long data = heap.data(place);
    memory.putInt(data + LENGTH, length);
    memory.write(data + HELD, held, 0, length);
  }

  /** Splits one bucket. */
  private void grow() {
    long lower = split;
    long upper = unsplit + split;
    buckets.reserve(upper, upper + 1);
    advanceSplit();
    long before = 0;
    long record = buckets.get(lower);
    while (record != 0) {
      long next = heap.reference(record, NEXT);
      if (bucketOf(keyOf(record)) == lower) {
        before = record;
      } else {
        if (before == 0) {
          buckets.set(lower, next);
        } else {
          heap.setReference(before, NEXT, next);
        }
        push(upper, record);
      }
      record = next;
    }
  }

  private void advanceSplit() {
    split++;
    if (split == unsplit) {
      unsplit *= 2;
      split = 0;
      state.setWord(UNSPLIT, unsplit);
    }
    state.setWord(SPLIT, split);
  }

  private void push(long bucket, long record) {
    heap.setReference(record, NEXT, buckets.get(bucket));
    buckets.set(bucket, record);
  }

  /**
   * Adds all records to the digest {@code before}.
   *
   * @throws IllegalStateException if a record lies in a bucket that isn't its own, its value can't
   *     be read, or their number is not the counted one
   */
  long digest(long before) {
    long digest = before;
    long count = 0;
    for (long bucket = 0; bucket < unsplit + split; bucket++) {
      for (long record = buckets.get(bucket); record != 0; record = heap.reference(record, NEXT)) {
        long key = keyOf(record);
        if (bucketOf(key) != bucket) {
          throw new IllegalStateException(
              "key %016x is in bucket %d, wanted in %d".formatted(key, bucket, bucketOf(key)));
        }
        digest = RecordDigest.inAnyOrder(digest, key, valueOf(record));
        count++;
      }
      if (bucket % BUCKETS_PER_POLL == 0) {
        heap.execution().poll();
      }
    }
    if (count != state.records()) {
      throw new IllegalStateException(
          "the buckets hold %d records, wanted %d".formatted(count, state.records()));
    }
    return digest;
  }

  private long valueOf(long record) {
    long data = heap.data(heap.reference(record, VALUE));
    int length = memory.getInt(data + LENGTH);
    memory.read(data + HELD, held, 0, length);
    return codec.decode(held, length);
  }

  private long keyOf(long record) {
    return KeyText.swap(memory.getLong(heap.data(record) + KEY));
  }

  private long bucketOf(long key) {
    long hash = SplitMix.mix(key);
    long bucket = Long.remainderUnsigned(hash, unsplit);
    return bucket < split ? Long.remainderUnsigned(hash, 2 * unsplit) : bucket;
  }

  @Override
  public void close() {
    codec.close();
  }
}
