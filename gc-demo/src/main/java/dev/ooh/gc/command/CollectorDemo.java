package dev.ooh.gc.command;

import dev.ooh.cli.DemoConsumer;
import dev.ooh.cli.DemoStage;
import dev.ooh.gc.CycleReporter;
import dev.ooh.memory.collection.CollectionObserver;
import dev.ooh.workloads.gcbench.GcBench;
import dev.ooh.workloads.phoenix.WordCount;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The collector in {@code ooh demo}: GCBench's trees in one heap, the words of the JDK's licence
 * texts in another, both collected after every few steps.
 */
@Component
public final class CollectorDemo implements DemoConsumer {
  private static final int ORDER = 10;

  /** As a run without any collection gives it. */
  private static final long TREES_RESULT = 0xc4847462a9462246L;

  /** Told of each cycle; they come and go. */
  @Reference(policy = ReferencePolicy.DYNAMIC)
  private volatile List<CollectionObserver> observers = List.of();

  @Override
  public String name() {
    return "collector";
  }

  @Override
  public String summary() {
    return "GCBench's trees, and words of the JDK's licence texts; re-traces changed pages only";
  }

  @Override
  public int order() {
    return ORDER;
  }

  @Override
  public void run(DemoStage stage) throws Exception {
    WordCount words = new WordCount(stage.quick() ? 1 << 20 : 4 << 20);
    long counts = words.independentResult(DemoProgram.parameters(stage.seed())).orElseThrow();
    int steps = stage.quick() ? 3 : 6;
    CycleReporter reporter = new CycleReporter(stage.space(), observers);
    try (DemoProgram trees =
            new DemoProgram(stage, new GcBench(10_000, 13, 13), TREES_RESULT, reporter);
        DemoProgram text = new DemoProgram(stage, words, counts, reporter)) {
      while (stage.more()) {
        trees.step(steps);
        text.step(1);
        stage.midInterval();
        trees.step(steps);
        text.step(1);
        trees.collect();
        text.collect();
      }
      trees.finish();
      text.finish();
      trees.check(stage);
      text.check(stage);
    }
  }
}
