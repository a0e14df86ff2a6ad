package dev.ooh.workloads.stdhash;

import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.ThreadedApplication;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.Part;
import dev.ooh.workloads.engine.SetLoad;
import dev.ooh.workloads.engine.SetRequests;
import java.util.OptionalLong;

/**
 * An unordered in-memory key-value engine under set requests with random keys: what the paper runs
 * as tkrzw {@code stdhash} (Table II). A hash table that grows with its records. Keys and values
 * are eight digits; values are compressed by zlib, as the paper has them, which makes them no
 * shorter.
 */
public final class StdHashEngine extends ThreadedApplication {
  /** Of a record of {@link ChainedTable}, its value, and its bucket; with some room. */
  private static final int BYTES_PER_RECORD = 32 + 32 + Long.BYTES + 2;

  /** Table II: --iter 3M, 5M, 10M, each with --threads 2. */
  private static final SetLoad PAPER = new SetLoad(6_000_000, 10_000_000, 20_000_000);

  /** Table II: --buckets 100K. */
  private static final long PAPER_BUCKETS = 100_000;

  private final SetLoad load;
  private final long firstBuckets;
  private final Compression compression;

  /** How values are held. */
  public enum Compression {
    /** As they are. */
    NONE,
    /** By zlib, each alone. */
    ZLIB
  }

  /** As the paper's configuration asks for. */
  public StdHashEngine() {
    this(PAPER, PAPER_BUCKETS, Compression.ZLIB);
  }

  private StdHashEngine(SetLoad load, long firstBuckets, Compression compression) {
    this.load = load;
    this.firstBuckets = firstBuckets;
    this.compression = compression;
  }

  /**
   * A run of another size, whatever the configuration.
   *
   * @param operations requests, 1 to 100 million
   * @param buckets to begin with, 1 to 100 million
   */
  public static StdHashEngine withOperations(
      long operations, long buckets, Compression compression) {
    return new StdHashEngine(
        SetLoad.exactly(operations), SetLoad.checkBuckets(buckets), compression);
  }

  @Override
  public String name() {
    return "stdhash";
  }

  @Override
  public int mostThreads() {
    return SetLoad.MOST_THREADS;
  }

  @Override
  public long heapBytes(Parameters parameters) {
    long records = load.records(parameters.configuration());
    return records * BYTES_PER_RECORD + firstBuckets * Long.BYTES + load.spareBytes(parameters);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    for (Part part : load.parts(parameters)) {
      ChainedTable.create(heap, part, part.share(firstBuckets), compression);
    }
  }

  @Override
  public int threads(Heap heap) {
    return EngineState.parts(heap);
  }

  @Override
  public boolean step(Heap heap, int thread) {
    EngineState part = EngineState.of(heap, thread);
    SetRequests requests = SetRequests.next(heap, part);
    try (ChainedTable table = new ChainedTable(heap, part)) {
      while (requests.advance()) {
        table.set(requests.key(), requests.value());
      }
    }
    return requests.finish();
  }

  @Override
  public double progress(Heap heap, int thread) {
    return EngineState.of(heap, thread).progress();
  }

  @Override
  public long result(Heap heap) {
    long digest = 0;
    for (int index = 0; index < threads(heap); index++) {
      try (ChainedTable table = new ChainedTable(heap, EngineState.of(heap, index))) {
        digest = table.digest(digest);
      }
    }
    return digest;
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    return OptionalLong.of(load.plainRun(parameters).inAnyOrder());
  }
}
