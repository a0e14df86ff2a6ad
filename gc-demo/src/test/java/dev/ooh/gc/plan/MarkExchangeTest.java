package dev.ooh.gc.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.CellAllocator;
import dev.ooh.gc.policy.Kinds;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.Mutator;
import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.ObjectModel;
import dev.ooh.gc.policy.Spaces;
import dev.ooh.gc.policy.ValidPointers;
import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CollectorStatistics;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.testing.space.TestSpace;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class MarkExchangeTest {
  /** Runs what is to be done together in as many threads as are asked for. */
  private static final ExecutionContext TOGETHER =
      (ExecutionContext)
          Proxy.newProxyInstance(
              ExecutionContext.class.getClassLoader(),
              new Class<?>[] {ExecutionContext.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "nanoTime" -> System.nanoTime();
                    case "simulatedTime" -> false;
                    case "together" -> {
                      runTogether((int) arguments[0], (Runnable) arguments[1]);
                      yield null;
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                  });

  private final TestSpace space = SeededSpace.open();
  private final Blocks blocks = new Blocks(space, 1 << 20, 1 << 20, Long.MAX_VALUE);
  private final Spaces spaces =
      new Spaces(space.memory(), space.execution(), blocks, new MarkBits());
  private final Mutators mutators = new Mutators(false);
  private final Mutator mutator = mutators.register();

  private static void runTogether(int threads, Runnable body) throws InterruptedException {
    Thread[] others = new Thread[threads - 1];
    for (int i = 0; i < others.length; i++) {
      others[i] = new Thread(body);
      others[i].start();
    }
    body.run();
    for (Thread other : others) {
      other.join();
    }
  }

  /** Whose stack is short all the time. */
  @Test
  void whoWaitsGetsPartOfATree() throws Exception {
    MarkBits marks = new MarkBits();
    long root = tree(12);
    marks.growTo(blocks.frontier());
    MarkExchange exchange = new MarkExchange();
    AtomicInteger taken = new AtomicInteger();
    Memory patient =
        (Memory)
            Proxy.newProxyInstance(
                Memory.class.getClassLoader(),
                new Class<?>[] {Memory.class},
                (proxy, method, arguments) -> {
                  // Who gave something might take it back before the waiting one wakes.
                  while (!exchange.isWanted() && taken.get() == 0) {
                    Thread.onSpinWait();
                  }
                  return method.invoke(space.memory(), arguments);
                });
    ObjectModel objects = new ObjectModel(patient, blocks);
    ValidPointers pointers = new ValidPointers(blocks, objects, marks, mutators);
    Tracing tracing = new Tracing(patient, space.execution(), blocks, objects, pointers, false);
    Marker marker = new Marker(tracing, null);
    exchange.enter();
    Thread other =
        new Thread(
            () -> {
              exchange.enter();
              for (long[] got = exchange.take(); got != null; got = exchange.take()) {
                taken.addAndGet(got.length);
              }
            });
    other.start();
    while (!exchange.isWanted()) {
      Thread.onSpinWait();
    }
    marker.begin(marks, null);
    marker.visit(root);
    marker.drainShared(exchange, Long.MAX_VALUE, () -> false);
    other.join();
    assertThat(taken).hasPositiveValue();
  }

  /** Whoever has read enough ends it for all, and what they have left is traced later. */
  @Test
  void aBudgetEndsItForAllAndLosesNothing() {
    MarkBits marks = new MarkBits();
    long root = tree(12);
    marks.growTo(blocks.frontier());
    ObjectModel objects = new ObjectModel(space.memory(), blocks);
    ValidPointers pointers = new ValidPointers(blocks, objects, marks, mutators);
    Tracing tracing = new Tracing(space.memory(), TOGETHER, blocks, objects, pointers, false);
    MarkingCrew crew = new MarkingCrew(tracing, 3);
    crew.timedBy(new CollectorStatistics(TOGETHER).begin(CycleKind.FULL, Cause.REQUESTED));
    Marker leader = new Marker(tracing, crew);
    leader.begin(marks, null);
    leader.visit(root);
    int rounds = 0;
    while (leader.hasMore()) {
      long before = leader.readBytes();
      crew.drain(leader, 1, () -> false);
      // No more than a batch each, of objects of 16 bytes.
      assertThat(leader.readBytes() - before).isBetween(16L, 3L * 1024 * 16);
      rounds++;
    }
    assertThat(rounds).isGreaterThan(1);
    assertThat(leader.objects()).isEqualTo((1 << 13) - 1);
    assertThat(marks.get(root - blocks.base())).isTrue();
  }

  private long tree(int depth) {
    CellAllocator cells = mutator.cells(Kinds.exact(2, 0));
    long node = cells.bump();
    if (node == 0) {
      assertThat(spaces.acquireBlock(mutator, cells)).isTrue();
      node = cells.bump();
    }
    for (int child = 0; child < 2 && depth > 0; child++) {
      space.memory().putLong(ObjectModel.slot(node, child), tree(depth - 1));
    }
    return node;
  }
}
