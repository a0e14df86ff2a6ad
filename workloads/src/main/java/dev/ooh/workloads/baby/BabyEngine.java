package dev.ooh.workloads.baby;

import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.ThreadedApplication;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.Part;
import dev.ooh.workloads.engine.SetLoad;
import dev.ooh.workloads.engine.SetRequests;
import java.util.OptionalLong;

/**
 * An ordered in-memory key-value engine under set requests with random keys: what the paper runs as
 * tkrzw {@code baby} (Table II). A request sets a key drawn uniformly below the number of requests;
 * keys and values are eight digits. The engine is a B+ tree whose nodes and values are objects of
 * the heap.
 */
public final class BabyEngine extends ThreadedApplication {
  /** Bytes of a record with its share of the nodes, which are 69 % full; with some room. */
  private static final int BYTES_PER_RECORD = 56;

  /** Table II: --iter 3M, 5M, 10M, each with --threads 3. */
  private static final SetLoad PAPER = new SetLoad(9_000_000, 15_000_000, 30_000_000);

  private final SetLoad load;

  /** As many requests as the paper's configuration asks for. */
  public BabyEngine() {
    this(PAPER);
  }

  private BabyEngine(SetLoad load) {
    this.load = load;
  }

  /** A run of {@code operations} requests, whatever the configuration: 1 to 100 million. */
  public static BabyEngine withOperations(long operations) {
    return new BabyEngine(SetLoad.exactly(operations));
  }

  @Override
  public String name() {
    return "baby";
  }

  @Override
  public int mostThreads() {
    return SetLoad.MOST_THREADS;
  }

  @Override
  public long heapBytes(Parameters parameters) {
    return load.records(parameters.configuration()) * BYTES_PER_RECORD
        + load.spareBytes(parameters);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    for (Part part : load.parts(parameters)) {
      RecordTree.create(heap, part);
    }
  }

  @Override
  public int threads(Heap heap) {
    return EngineState.parts(heap);
  }

  @Override
  public boolean step(Heap heap, int thread) {
    EngineState part = EngineState.of(heap, thread);
    RecordTree tree = new RecordTree(heap, part);
    SetRequests requests = SetRequests.next(heap, part);
    while (requests.advance()) {
      tree.set(requests.key(), requests.value());
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
      digest = new RecordTree(heap, EngineState.of(heap, index)).digest(digest);
    }
    return digest;
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    return OptionalLong.of(load.plainRun(parameters).inKeyOrder());
  }
}
