package dev.ooh.gc.command;

import dev.ooh.cli.DemoStage;
import dev.ooh.cli.PageOracle;
import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.plan.ChangedPagesQuery;
import dev.ooh.gc.statistics.CycleListener;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import java.util.Optional;

/**
 * An application on a heap of its own, started again whenever it ends. Each cycle is compared with
 * an oracle, and traced again independently.
 */
final class DemoProgram implements AutoCloseable {
  /** Allocation alone never makes a cycle due here. */
  private static final long NEVER = Long.MAX_VALUE;

  private static final long MOST_HEAP = 1L << 30;

  private final Application application;
  private final Parameters parameters;
  private final CollectedHeap heap;
  private final long expected;
  private int rounds;
  private boolean right = true;

  /**
   * Starts it.
   *
   * @param expected what its result must be
   * @param listener told of each cycle
   */
  DemoProgram(DemoStage stage, Application application, long expected, CycleListener listener) {
    this.application = application;
    this.expected = expected;
    parameters = parameters(stage.seed());
    PageOracle oracle = new PageOracle(stage.space().memory());
    heap =
        new CollectedHeap(
            stage.space(),
            HeapOptions.of(application.heapBytes(parameters), MOST_HEAP)
                .withAllocationBytes(NEVER)
                .withVerify(true),
            new ChangedPagesQuery(),
            (watched, interval) -> stage.interval(oracle.observe(watched, interval.pages())));
    heap.addListener(listener);
    application.start(heap, parameters);
  }

  static Parameters parameters(long seed) {
    return new Parameters(Configuration.SMALL, Optional.empty(), seed);
  }

  void step(int steps) {
    for (int step = 0; step < steps; step++) {
      if (!application.step(heap)) {
        startAgain();
      }
      heap.execution().poll();
    }
  }

  void collect() {
    heap.collect(false);
  }

  /** Goes on to the end of the round. */
  void finish() {
    int before = rounds;
    while (rounds == before) {
      step(1);
    }
  }

  private void startAgain() {
    right &= application.result(heap) == expected;
    rounds++;
    for (int global = 0; global < Heap.GLOBALS; global++) {
      heap.setGlobal(global, 0);
    }
    application.start(heap, parameters);
  }

  void check(DemoStage stage) {
    long young = heap.cycles().stream().filter(cycle -> !cycle.full()).count();
    long freed = heap.cycles().stream().mapToLong(CycleRecord::freedBytes).sum();
    stage.check(
        "%s: %d cycles, %d of them young, freed %d KB and no reachable object"
            .formatted(application.name(), heap.cycles().size(), young, freed >> 10),
        freed > 0);
    stage.check("%s: %d times the right result".formatted(application.name(), rounds), right);
  }

  @Override
  public void close() {
    heap.close();
  }
}
