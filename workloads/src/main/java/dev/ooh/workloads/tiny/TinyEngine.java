package dev.ooh.workloads.tiny;

import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.ThreadedApplication;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.Part;
import dev.ooh.workloads.engine.SetLoad;
import dev.ooh.workloads.engine.SetRequests;
import java.util.OptionalLong;

/**
 * A compact in-memory key-value engine under set requests with random keys: what the paper runs as
 * tkrzw {@code tiny} (Table II). A hash table of four bytes a bucket over a log of records, which
 * is rebuilt when it has too many that were replaced. Keys and values are eight digits.
 */
public final class TinyEngine extends ThreadedApplication {
  /**
   * Of a record of {@link LogTable} and its share of those that were replaced, a quarter at most.
   */
  private static final int BYTES_PER_RECORD = 24 + 24 / 4;

  /** Table II: --iter 5M, with --threads 3, 5, 7. */
  private static final SetLoad PAPER = new SetLoad(15_000_000, 25_000_000, 35_000_000);

  /** Table II: --buckets 30M. */
  private static final long PAPER_BUCKETS = 30_000_000;

  private final SetLoad load;
  private final long buckets;

  /** As the paper's configuration asks for. */
  public TinyEngine() {
    this(PAPER, PAPER_BUCKETS);
  }

  private TinyEngine(SetLoad load, long buckets) {
    this.load = load;
    this.buckets = buckets;
  }

  /**
   * A run of another size, whatever the configuration.
   *
   * @param operations requests, 1 to 100 million
   * @param buckets 1 to 100 million
   */
  public static TinyEngine withOperations(long operations, long buckets) {
    return new TinyEngine(SetLoad.exactly(operations), SetLoad.checkBuckets(buckets));
  }

  @Override
  public String name() {
    return "tiny";
  }

  @Override
  public int mostThreads() {
    return SetLoad.MOST_THREADS;
  }

  @Override
  public long heapBytes(Parameters parameters) {
    long records = load.records(parameters.configuration());
    return records * BYTES_PER_RECORD + buckets * Integer.BYTES + load.spareBytes(parameters);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    for (Part part : load.parts(parameters)) {
      LogTable.create(heap, part, part.share(buckets));
    }
  }

  @Override
  public int threads(Heap heap) {
    return EngineState.parts(heap);
  }

  @Override
  public boolean step(Heap heap, int thread) {
    EngineState part = EngineState.of(heap, thread);
    LogTable table = new LogTable(heap, part);
    if (table.isBeingRebuilt()) {
      table.rebuildSome();
      return true;
    }
    SetRequests requests = SetRequests.next(heap, part);
    while (requests.advance()) {
      table.set(requests.key(), requests.value());
    }
    boolean more = requests.finish();
    if (more && table.isWorthRebuilding()) {
      table.beginRebuild();
    }
    return more;
  }

  @Override
  public double progress(Heap heap, int thread) {
    return EngineState.of(heap, thread).progress();
  }

  @Override
  public long result(Heap heap) {
    long digest = 0;
    for (int index = 0; index < threads(heap); index++) {
      digest = new LogTable(heap, EngineState.of(heap, index)).digest(digest);
    }
    return digest;
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    return OptionalLong.of(load.plainRun(parameters).inAnyOrder());
  }
}
