package dev.ooh.workloads.cache;

import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.ThreadedApplication;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.Part;
import dev.ooh.workloads.engine.PlainRun;
import dev.ooh.workloads.engine.SetLoad;
import dev.ooh.workloads.engine.SetRequests;
import java.util.OptionalLong;

/**
 * An in-memory cache under set requests with random keys: what the paper runs as tkrzw {@code
 * cache} (Table II). It holds so many records and no more; a new one takes the place of the one
 * that was set longest ago, of those of its thread. Keys and values are eight digits.
 */
public final class CacheEngine extends ThreadedApplication {
  /** Of a record of {@link RecencyCache} and its bucket. */
  private static final int BYTES_PER_RECORD = 48 + Long.BYTES;

  /** Table II: --iter 3M, 5M, 10M, each with --threads 5. */
  private static final SetLoad PAPER = new SetLoad(15_000_000, 25_000_000, 50_000_000);

  private static final long UNSET = 0;

  private final SetLoad load;

  /** Records; {@link #UNSET} for what the configuration says. */
  private final long fixedCapacity;

  /** With as many requests and records as the paper's configuration asks for. */
  public CacheEngine() {
    this(PAPER, UNSET);
  }

  private CacheEngine(SetLoad load, long fixedCapacity) {
    this.load = load;
    this.fixedCapacity = fixedCapacity;
  }

  /**
   * A run of another size, whatever the configuration.
   *
   * @param operations requests, 1 to 100 million
   * @param capacity the most records it holds, 1 or more
   */
  public static CacheEngine withOperations(long operations, long capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is %d, wanted 1 or more".formatted(capacity));
    }
    return new CacheEngine(SetLoad.exactly(operations), capacity);
  }

  @Override
  public String name() {
    return "cache";
  }

  /** Table II: --cap_rec_num 3M, 5M, 10M. */
  private long capacity(Configuration configuration) {
    return fixedCapacity == UNSET
        ? configuration.choose(3_000_000, 5_000_000, 10_000_000)
        : Math.min(fixedCapacity, load.requests(configuration));
  }

  @Override
  public int mostThreads() {
    return SetLoad.MOST_THREADS;
  }

  @Override
  public long heapBytes(Parameters parameters) {
    return capacity(parameters.configuration()) * BYTES_PER_RECORD + load.spareBytes(parameters);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    long capacity = capacity(parameters.configuration());
    for (Part part : load.parts(parameters)) {
      RecencyCache.create(heap, part, part.share(capacity));
    }
  }

  @Override
  public int threads(Heap heap) {
    return EngineState.parts(heap);
  }

  @Override
  public boolean step(Heap heap, int thread) {
    EngineState part = EngineState.of(heap, thread);
    RecencyCache cache = new RecencyCache(heap, part);
    SetRequests requests = SetRequests.next(heap, part);
    while (requests.advance()) {
      cache.set(requests.key(), requests.value());
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
      digest = new RecencyCache(heap, EngineState.of(heap, index)).digest(digest);
    }
    return digest;
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    long capacity = capacity(parameters.configuration());
    PlainRun run = load.plainRun(parameters);
    long digest = 0;
    for (Part part : load.parts(parameters)) {
      digest = run.latestFirst(digest, part, part.share(capacity));
    }
    return OptionalLong.of(digest);
  }
}
