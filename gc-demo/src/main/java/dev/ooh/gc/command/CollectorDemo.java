package dev.ooh.gc.command;

import dev.ooh.cli.DemoConsumer;
import dev.ooh.cli.DemoStage;
import dev.ooh.cli.PageOracle;
import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.CycleRecord;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.plan.ChangedPagesQuery;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.wordcount.WordCount;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * The collector in {@code ooh demo}: counts the words of the JDK's licence texts, collects after
 * every few steps, and has each cycle traced again independently.
 */
@Component
public final class CollectorDemo implements DemoConsumer {
  private static final int ORDER = 10;
  private static final long TEXT_BYTES = 6 << 20;
  private static final long QUICK_TEXT_BYTES = 2 << 20;
  private static final int STEPS = 6;
  private static final int QUICK_STEPS = 2;

  /** Allocation alone never makes a cycle due here. */
  private static final long NEVER = Long.MAX_VALUE;

  @Override
  public String name() {
    return "collector";
  }

  @Override
  public String summary() {
    return "counts words in the JDK's licence texts; re-traces from changed pages only";
  }

  @Override
  public int order() {
    return ORDER;
  }

  @Override
  public void run(DemoStage stage) throws Exception {
    WordCount program =
        new WordCount(stage.quick() ? QUICK_TEXT_BYTES : TEXT_BYTES);
    Parameters parameters = new Parameters(Configuration.SMALL, Optional.empty(), stage.seed());
    HeapOptions options =
        HeapOptions.of(program.heapBytes(parameters), 1L << 30)
            .withAllocationBytes(NEVER)
            .withVerify(true);
    PageOracle oracle = new PageOracle(stage.space().memory());
    long expected = WordCount.plainResult(program, parameters);
    int rounds = 0;
    boolean right = true;
    try (CollectedHeap heap =
        new CollectedHeap(
            stage.space(),
            options,
            new ChangedPagesQuery(),
            (watched, interval) ->
                stage.interval(oracle.observe(watched, interval.pages())))) {
      program.start(heap, parameters);
      while (stage.more()) {
        for (int half = 0; half < 2; half++) {
          for (int step = stage.quick() ? QUICK_STEPS : STEPS; step > 0; step--) {
            if (!program.step(heap)) {
              right &= program.result(heap) == expected;
              rounds++;
              startAgain(program, heap, parameters);
            }
          }
          if (half == 0) {
            stage.midInterval();
          }
        }
        heap.collect(false);
      }
      while (program.step(heap)) {
        heap.execution().poll();
      }
      right &= program.result(heap) == expected;
      rounds++;
      check(stage, heap.cycles(), rounds, right);
    }
  }

  private static void startAgain(WordCount program, Heap heap, Parameters parameters) {
    for (int global = 0; global < Heap.GLOBALS; global++) {
      heap.setGlobal(global, 0);
    }
    program.start(heap, parameters);
  }

  private static void check(
      DemoStage stage, List<CycleRecord> cycles, int rounds, boolean right) {
    long partial = cycles.stream().filter(cycle -> !cycle.full()).count();
    long freed = cycles.stream().mapToLong(CycleRecord::freedBytes).sum() >> 20;
    stage.check(
        "%d cycles, %d of them partial, freed %d MB and no reachable object"
            .formatted(cycles.size(), partial, freed),
        partial > 0 && freed > 0);
    stage.check("%d times the same counts as without a collector".formatted(rounds), right);
  }
}
