package dev.ooh.workloads.wordcount;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Phoenix's word_count: how often each word occurs in a text. As there, a word begins with a letter
 * and goes on with letters and apostrophes, and upper and lower case are the same. The text is read
 * into the heap first; each occurrence becomes an object of its own, garbage unless the word is
 * new.
 *
 * <p>Without an input file it counts the licence texts that ship with the JDK, repeated to the
 * paper's 50, 100 or 200 MB (Table II).
 */
public final class WordCount implements Application {
  private static final int CHUNK = 1 << 20;

  /** Text counted in a step. */
  private static final int SLICE = 1 << 15;

  /** Work units, of some ten nanoseconds: Phoenix's own takes about 46 ns a byte. */
  private static final long WORK_A_BYTE = 4;

  private static final int FIRST_BUCKETS = 1 << 12;
  private static final int BUCKETS_A_STEP = 1 << 13;

  /** Globals. */
  private static final int STATE = 0;

  private static final int CHUNKS = 1;
  private static final int TABLE = 2;
  private static final int INPUT = 3;

  /** A table that is being filled from {@link #TABLE}, while it grows. */
  private static final int NEW_TABLE = 4;

  /** The state's fields, in longs. */
  private enum Field {
    PHASE,
    LENGTH,
    /** Bytes of text in the heap. */
    LOADED,
    CHUNKS_LOADED,
    CHUNK,
    POSITION,
    COUNTED,
    WORDS,
    DISTINCT,
    BUCKET,
    CHECKSUM
  }

  private enum Phase {
    LOAD,
    COUNT,
    GROW,
    SUM,
    DONE;

    static final Phase[] ALL = values();
  }

  private final byte[] buffer = new byte[CHUNK];

  /** Length of the licence texts; 0 for what the configuration says. */
  private final long licenceBytes;

  /** Opened on demand: this object may not be the one that the run was started with. */
  private @Nullable TextSource source;

  /** At the paper's sizes. */
  public WordCount() {
    this(0);
  }

  /** With licence texts of {@code licenceBytes} in total, whatever the configuration. */
  public WordCount(long licenceBytes) {
    this.licenceBytes = licenceBytes;
  }

  /**
   * What {@link #result} must be, counted with Java's own collections.
   *
   * @param program of whose text
   */
  public static long plainResult(WordCount program, Parameters parameters) {
    return PlainCount.of(TextSource.of(parameters.input()), program.wantedBytes(parameters));
  }

  @Override
  public String name() {
    return "word_count";
  }

  @Override
  public long heapBytes(Parameters parameters) {
    long length = TextSource.of(parameters.input()).length(wantedBytes(parameters));
    return length + length / 16 + (24 << 20);
  }

  @Override
  public long allocatedBytes(Parameters parameters) {
    // A word has six letters or so with what follows it, and becomes an object of 32 bytes.
    return 6 * heapBytes(parameters);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    TextSource text = TextSource.of(parameters.input());
    source = text;
    heap.setGlobal(STATE, heap.allocate(0, Field.values().length * Long.BYTES));
    if (parameters.input().isPresent()) {
      byte[] path =
          parameters.input().get().toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
      long object = heap.allocate(0, path.length);
      heap.memory().write(heap.data(object), path, 0, path.length);
      heap.setGlobal(INPUT, object);
    }
    long length = text.length(wantedBytes(parameters));
    new State(heap).set(Field.LENGTH, length);
    heap.setGlobal(CHUNKS, heap.allocate(Math.toIntExact(length / (CHUNK / 2) + 1), 0));
    heap.setGlobal(TABLE, heap.allocate(FIRST_BUCKETS, 0));
  }

  @Override
  public boolean step(Heap heap) {
    State state = new State(heap);
    switch (Phase.ALL[(int) state.get(Field.PHASE)]) {
      case LOAD -> load(heap, state);
      case COUNT -> count(heap, state);
      case GROW -> grow(heap, state);
      case SUM -> sum(heap, state);
      case DONE -> {
        return false;
      }
    }
    return state.get(Field.PHASE) != Phase.DONE.ordinal();
  }

  @Override
  public double progress(Heap heap) {
    State state = new State(heap);
    if (state.get(Field.PHASE) == Phase.DONE.ordinal()) {
      return 1;
    }
    double length = Math.max(1, state.get(Field.LENGTH));
    // Loading a byte takes about a tenth of counting it.
    return Math.min(
        0.999, (0.1 * state.get(Field.LOADED) + 0.9 * state.get(Field.COUNTED)) / length);
  }

  @Override
  public long result(Heap heap) {
    return new State(heap).get(Field.CHECKSUM);
  }

  private long wantedBytes(Parameters parameters) {
    if (licenceBytes > 0) {
      return licenceBytes;
    }
    return switch (parameters.configuration()) {
      case SMALL -> 50L << 20;
      case MEDIUM -> 100L << 20;
      case LARGE -> 200L << 20;
    };
  }

  /** Reads a chunk, cut where no word is cut. */
  private void load(Heap heap, State state) {
    long from = state.get(Field.LOADED);
    int length = (int) Math.min(CHUNK, state.get(Field.LENGTH) - from);
    if (length == 0) {
      state.enter(Phase.COUNT);
      return;
    }
    source(heap).read(from, buffer, length);
    int end = from + length == state.get(Field.LENGTH) ? length : lastCut(length, CHUNK / 2);
    long chunk = heap.allocate(0, end);
    heap.memory().write(heap.data(chunk), buffer, 0, end);
    heap.setReference(heap.global(CHUNKS), (int) state.get(Field.CHUNKS_LOADED), chunk);
    state.add(Field.CHUNKS_LOADED, 1);
    state.add(Field.LOADED, end);
    heap.execution().work(end / Long.BYTES);
    heap.execution().poll();
  }

  private TextSource source(Heap heap) {
    TextSource text = source;
    if (text == null) {
      text = TextSource.of(inputOf(heap));
      source = text;
    }
    return text;
  }

  private static Optional<Path> inputOf(Heap heap) {
    long object = heap.global(INPUT);
    if (object == 0) {
      return Optional.empty();
    }
    byte[] path = new byte[heap.dataBytes(object)];
    heap.memory().read(heap.data(object), path, 0, path.length);
    return Optional.of(Path.of(new String(path, StandardCharsets.UTF_8)));
  }

  private void count(Heap heap, State state) {
    int index = (int) state.get(Field.CHUNK);
    if (index == state.get(Field.CHUNKS_LOADED)) {
      state.enter(Phase.SUM);
      return;
    }
    long chunk = heap.reference(heap.global(CHUNKS), index);
    int chunkBytes = heap.dataBytes(chunk);
    int position = (int) state.get(Field.POSITION);
    int length = Math.min(SLICE, chunkBytes - position);
    heap.memory().read(heap.data(chunk) + position, buffer, 0, length);
    int end = position + length == chunkBytes ? length : lastCut(length, 1);
    countSlice(heap, state, end);
    state.add(Field.COUNTED, end);
    heap.execution().work(end * WORK_A_BYTE);
    heap.execution().poll();
    boolean chunkDone = position + end == chunkBytes;
    state.set(Field.POSITION, chunkDone ? 0 : position + end);
    state.set(Field.CHUNK, chunkDone ? index + 1 : index);
    if (state.get(Field.DISTINCT) > 2L * heap.referenceCount(heap.global(TABLE))) {
      state.enter(Phase.GROW);
      heap.setGlobal(NEW_TABLE, heap.allocate(4 * heap.referenceCount(heap.global(TABLE)), 0));
    }
  }

  /** Behind the last byte that is in no word, but at least {@code least}; else {@code length}. */
  private int lastCut(int length, int least) {
    for (int end = length; end >= least; end--) {
      if (!Words.goesOn(buffer[end - 1])) {
        return end;
      }
    }
    return length;
  }

  private void countSlice(Heap heap, State state, int end) {
    WordTable table = new WordTable(heap, heap.global(TABLE));
    long words = 0;
    long distinct = 0;
    try (Heap.Scope scope = heap.scope()) {
      int root = scope.add(0);
      int at = 0;
      while (at < end) {
        if (!Words.begins(buffer[at])) {
          at++;
          continue;
        }
        int start = at;
        long hash = Words.HASH_OF_NOTHING;
        while (at < end && Words.goesOn(buffer[at])) {
          buffer[at] = Words.upper(buffer[at]);
          hash = Words.hash(hash, buffer[at]);
          at++;
        }
        long token = heap.allocate(0, at - start);
        scope.set(root, token);
        heap.memory().write(heap.data(token), buffer, start, at - start);
        distinct += table.count(token, at - start, hash);
        words++;
      }
    }
    state.add(Field.WORDS, words);
    state.add(Field.DISTINCT, distinct);
  }

  private void grow(Heap heap, State state) {
    WordTable from = new WordTable(heap, heap.global(TABLE));
    WordTable to = new WordTable(heap, heap.global(NEW_TABLE));
    if (eachBucket(heap, state, from, bucket -> from.moveTo(to, bucket))) {
      heap.setGlobal(TABLE, heap.global(NEW_TABLE));
      heap.setGlobal(NEW_TABLE, 0);
      state.enter(Phase.COUNT);
    }
  }

  private void sum(Heap heap, State state) {
    WordTable table = new WordTable(heap, heap.global(TABLE));
    long[] sum = {state.get(Field.CHECKSUM)};
    boolean done = eachBucket(heap, state, table, bucket -> sum[0] += table.sum(bucket));
    state.set(Field.CHECKSUM, sum[0]);
    if (done) {
      state.add(Field.CHECKSUM, state.get(Field.DISTINCT));
      state.enter(Phase.DONE);
    }
  }

  private static boolean eachBucket(Heap heap, State state, WordTable table, IntConsumer action) {
    int from = (int) state.get(Field.BUCKET);
    int to = Math.min(table.buckets(), from + BUCKETS_A_STEP);
    for (int bucket = from; bucket < to; bucket++) {
      action.accept(bucket);
    }
    heap.execution().work(8L * (to - from));
    heap.execution().poll();
    state.set(Field.BUCKET, to == table.buckets() ? 0 : to);
    return to == table.buckets();
  }

  /** The run's state, in the heap. Valid within a step: objects don't move. */
  private static final class State {
    private final Memory memory;
    private final long data;

    State(Heap heap) {
      memory = heap.memory();
      data = heap.data(heap.global(STATE));
    }

    long get(Field field) {
      return memory.getLong(data + (long) field.ordinal() * Long.BYTES);
    }

    void set(Field field, long value) {
      memory.putLong(data + (long) field.ordinal() * Long.BYTES, value);
    }

    void add(Field field, long value) {
      set(field, get(field) + value);
    }

    void enter(Phase phase) {
      set(Field.PHASE, phase.ordinal());
    }
  }
}
