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
import dev.ooh.gc.statistics.CycleTimer;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.testing.space.TestSpace;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class MarkingCrewTest {
  private static final long SOME_NANOS = 20_000_000;

  private final TestSpace space = SeededSpace.open();
  private final Blocks blocks = new Blocks(space, 1 << 20, 1 << 20, Long.MAX_VALUE);

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Reading it takes processor time. */
  private final Memory slow =
      proxy(
          Memory.class,
          (method, arguments) -> {
            long before = cpu();
            while (method.equals("getLong") && cpu() - before < SOME_NANOS) {
              Thread.onSpinWait();
            }
            return space.memory().getLong((long) arguments[0]);
          });

  /** Of two threads the other one comes, and has marked everything, before the caller. */
  private final ExecutionContext otherFirst =
      proxy(
          ExecutionContext.class,
          (method, arguments) ->
              switch (method) {
                case "nanoTime" -> System.nanoTime();
                case "simulatedTime" -> false;
                case "together" -> {
                  Runnable body = (Runnable) arguments[1];
                  Thread other = new Thread(body);
                  other.start();
                  other.join();
                  body.run();
                  yield null;
                }
                default -> throw new UnsupportedOperationException(method);
              });

  private interface Handler {
    Object call(String method, Object[] arguments) throws Exception;
  }

  private static <T> T proxy(Class<T> type, Handler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> handler.call(method.getName(), arguments)));
  }

  @Test
  void aHelpersProcessorTimeCountsWhoeverComesFirst() {
    MarkBits marks = new MarkBits();
    Spaces spaces = new Spaces(space.memory(), space.execution(), blocks, marks);
    Mutators mutators = new Mutators(false);
    Mutator mutator = mutators.register();
    CellAllocator cells = mutator.cells(Kinds.exact(1, 0));
    assertThat(spaces.acquireBlock(mutator, cells)).isTrue();
    long root = cells.bump();
    space.memory().putLong(ObjectModel.slot(root, 0), cells.bump());
    ObjectModel objects = new ObjectModel(slow, blocks);
    ValidPointers pointers = new ValidPointers(blocks, objects, marks, mutators);
    Tracing tracing = new Tracing(slow, otherFirst, blocks, objects, pointers, false);
    MarkingCrew crew = new MarkingCrew(tracing, 2);
    Marker leader = new Marker(tracing, crew);
    leader.begin(marks, null);
    leader.visit(root);
    CycleTimer cycle = new CollectorStatistics(otherFirst).begin(CycleKind.FULL, Cause.REQUESTED);
    crew.timedBy(cycle);
    cycle.begin(Phase.MARK);
    crew.drain(leader);
    cycle.end();
    assertThat(leader.objects()).isEqualTo(2);
    assertThat(cycle.phases().getFirst().cpuNanos().orElseThrow())
        .isGreaterThanOrEqualTo(2 * SOME_NANOS);
  }
}
