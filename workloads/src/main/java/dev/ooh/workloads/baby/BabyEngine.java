package dev.ooh.workloads.baby;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;

/**
 * An ordered in-memory key-value engine under set requests with random keys: what the paper runs as
 * tkrzw {@code baby} (Table II), the requests of its three threads folded into one sequence. A
 * request sets a key drawn uniformly below the number of requests; keys and values are eight
 * digits. The engine is a B+ tree whose nodes and values are objects of the heap.
 */
public final class BabyEngine implements Application {
  private static final int OPERATIONS_PER_STEP = 4096;
  private static final int OPERATIONS_PER_POLL = 64;

  /** The share of keys that a run touches: 1 − 1/e. */
  private static final double DISTINCT_KEYS = 0.6322;

  /** Bytes of a record with its share of the nodes, which are 69 % full; with some room. */
  private static final int BYTES_PER_RECORD = 56;

  private static final long SPARE_BYTES = 4 << 20;
  private static final long UNSET = 0;

  private final long operations;

  /** As many requests as the paper's configuration asks for. */
  public BabyEngine() {
    this(UNSET);
  }

  private BabyEngine(long operations) {
    this.operations = operations;
  }

  /** A run of {@code operations} requests, whatever the configuration: 1 to 100 million. */
  public static BabyEngine withOperations(long operations) {
    if (operations < 1 || operations > KeyText.LIMIT) {
      throw new IllegalArgumentException(
          "operations is %d, wanted 1 to %d".formatted(operations, KeyText.LIMIT));
    }
    return new BabyEngine(operations);
  }

  @Override
  public String name() {
    return "baby";
  }

  @Override
  public long heapBytes(Parameters parameters) {
    long records = (long) (operations(parameters) * DISTINCT_KEYS);
    return records * BYTES_PER_RECORD + SPARE_BYTES;
  }

  private long operations(Parameters parameters) {
    if (operations != UNSET) {
      return operations;
    }
    // Table II: --iter 3M, 5M, 10M, each with --threads 3
    return switch (parameters.configuration()) {
      case SMALL -> 9_000_000L;
      case MEDIUM -> 15_000_000L;
      case LARGE -> 30_000_000L;
    };
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    long wanted = operations(parameters);
    EngineState state = EngineState.create(heap, parameters.seed(), wanted, wanted);
    RecordTree.create(heap, state);
  }

  @Override
  public boolean step(Heap heap) {
    EngineState state = EngineState.of(heap);
    long done = state.done();
    long end = Math.min(done + OPERATIONS_PER_STEP, state.wanted());
    long keyRange = state.keyRange();
    long random = state.random();
    long added = 0;
    RecordTree tree = new RecordTree(heap, state);
    for (; done < end; done++) {
      random += 0x9E3779B97F4A7C15L;
      long key = Math.unsignedMultiplyHigh(mix(random), keyRange);
      if (tree.set(KeyText.of(key), KeyText.of(done))) {
        added++;
      }
      if (done % OPERATIONS_PER_POLL == 0) {
        heap.execution().poll();
      }
    }
    heap.execution().work(OPERATIONS_PER_STEP);
    state.setRandom(random);
    state.setRecords(state.records() + added);
    state.setDone(done);
    return done < state.wanted();
  }

  @Override
  public double progress(Heap heap) {
    EngineState state = EngineState.of(heap);
    return (double) state.done() / state.wanted();
  }

  @Override
  public long result(Heap heap) {
    EngineState state = EngineState.of(heap);
    return new RecordTree(heap, state).digest();
  }

  /** The output function of SplitMix64. */
  private static long mix(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
