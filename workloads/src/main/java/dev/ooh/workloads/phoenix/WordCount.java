package dev.ooh.workloads.phoenix;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

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
  /** Work units, of some ten nanoseconds: Phoenix's own takes about 46 ns a byte. */
  private static final long WORK_A_BYTE = 4;

  private static final int FIRST_BUCKETS = 1 << 12;
  private static final int BUCKETS_A_STEP = 1 << 13;

  /** Globals. */
  private static final int TABLE = 2;

  /** A table that is being filled from {@link #TABLE}, while it grows. */
  private static final int NEW_TABLE = 3;

  private enum Field {
    PHASE,
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

  private final InputReader text =
      new InputReader(last -> !Words.goesOn(last), seed -> Licences.ofThisJdk());

  /** Length of the licence texts; 0 for what the configuration says. */
  private final long licenceBytes;

  /** At the paper's sizes. */
  public WordCount() {
    this(0);
  }

  /** With licence texts of {@code licenceBytes} in total, whatever the configuration. */
  public WordCount(long licenceBytes) {
    this.licenceBytes = licenceBytes;
  }

  @Override
  public String name() {
    return "word_count";
  }

  @Override
  public boolean readsInput() {
    return true;
  }

  @Override
  public long heapBytes(Parameters parameters) {
    long length = text.input(parameters).length(wantedBytes(parameters));
    return length + length / 16 + (24 << 20);
  }

  @Override
  public long allocatedBytes(Parameters parameters) {
    // A word has six letters or so with what follows it, and becomes an object of 32 bytes.
    return 6 * heapBytes(parameters);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    RunState.create(heap, Field.values());
    text.start(heap, parameters, wantedBytes(parameters));
    heap.setGlobal(TABLE, heap.allocate(FIRST_BUCKETS, 0));
  }

  @Override
  public boolean step(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    switch (phase(state)) {
      case LOAD -> {
        if (!text.load(heap)) {
          enter(state, Phase.COUNT);
        }
      }
      case COUNT -> count(heap, state);
      case GROW -> grow(heap, state);
      case SUM -> sum(heap, state);
      case DONE -> {
        return false;
      }
    }
    heap.execution().poll();
    return phase(state) != Phase.DONE;
  }

  @Override
  public double progress(Heap heap) {
    return phase(new RunState<>(heap)) == Phase.DONE ? 1 : text.progress(heap);
  }

  @Override
  public long result(Heap heap) {
    return new RunState<Field>(heap).get(Field.CHECKSUM);
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    return OptionalLong.of(PlainCount.of(text.all(parameters, wantedBytes(parameters))));
  }

  private static Phase phase(RunState<Field> state) {
    return Phase.ALL[(int) state.get(Field.PHASE)];
  }

  private static void enter(RunState<Field> state, Phase phase) {
    state.set(Field.PHASE, phase.ordinal());
  }

  private long wantedBytes(Parameters parameters) {
    return licenceBytes > 0 ? licenceBytes : parameters.configuration().choose(50, 100, 200) << 20;
  }

  private void count(Heap heap, RunState<Field> state) {
    int length = text.slice(heap);
    if (length == 0) {
      enter(state, Phase.SUM);
      return;
    }
    countSlice(heap, state, text.buffer(), length);
    heap.execution().work(length * WORK_A_BYTE);
    int buckets = heap.referenceCount(heap.global(TABLE));
    if (state.get(Field.DISTINCT) > 2L * buckets) {
      enter(state, Phase.GROW);
      heap.setGlobal(NEW_TABLE, heap.allocate(4 * buckets, 0));
    }
  }

  private void countSlice(Heap heap, RunState<Field> state, byte[] slice, int end) {
    WordTable table = new WordTable(heap, heap.global(TABLE));
    long words = 0;
    long distinct = 0;
    try (Heap.Scope scope = heap.scope()) {
      int root = scope.add(0);
      int at = 0;
      while (at < end) {
        if (!Words.begins(slice[at])) {
          at++;
          continue;
        }
        int start = at;
        long hash = Words.HASH_OF_NOTHING;
        while (at < end && Words.goesOn(slice[at])) {
          slice[at] = Words.upper(slice[at]);
          hash = Words.hash(hash, slice[at]);
          at++;
        }
        long token = heap.allocate(0, at - start);
        scope.set(root, token);
        heap.memory().write(heap.data(token), slice, start, at - start);
        distinct += table.count(token, at - start, hash);
        words++;
      }
    }
    state.add(Field.WORDS, words);
    state.add(Field.DISTINCT, distinct);
  }

  private void grow(Heap heap, RunState<Field> state) {
    WordTable from = new WordTable(heap, heap.global(TABLE));
    WordTable to = new WordTable(heap, heap.global(NEW_TABLE));
    if (eachBucket(heap, state, from, bucket -> from.moveTo(to, bucket))) {
      heap.setGlobal(TABLE, heap.global(NEW_TABLE));
      heap.setGlobal(NEW_TABLE, 0);
      enter(state, Phase.COUNT);
    }
  }

  private void sum(Heap heap, RunState<Field> state) {
    WordTable table = new WordTable(heap, heap.global(TABLE));
    long[] sum = {state.get(Field.CHECKSUM)};
    boolean done = eachBucket(heap, state, table, bucket -> sum[0] += table.sum(bucket));
    state.set(Field.CHECKSUM, sum[0]);
    if (done) {
      state.add(Field.CHECKSUM, state.get(Field.DISTINCT));
      enter(state, Phase.DONE);
    }
  }

  private static boolean eachBucket(
      Heap heap, RunState<Field> state, WordTable table, IntConsumer action) {
    int from = (int) state.get(Field.BUCKET);
    int to = Math.min(table.buckets(), from + BUCKETS_A_STEP);
    for (int bucket = from; bucket < to; bucket++) {
      action.accept(bucket);
    }
    heap.execution().work(8L * (to - from));
    state.set(Field.BUCKET, to == table.buckets() ? 0 : to);
    return to == table.buckets();
  }
}
