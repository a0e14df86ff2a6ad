package dev.ooh.gc.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.testing.space.SeededExecution;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CycleTimerTest {
  private static final long SOME_NANOS = 2_000_000;

  private static ExecutionContext measured() {
    return (ExecutionContext)
        Proxy.newProxyInstance(
            ExecutionContext.class.getClassLoader(),
            new Class<?>[] {ExecutionContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "nanoTime" -> System.nanoTime();
                  case "simulatedTime" -> false;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  /** Returns how much processor time it took. */
  private static long compute() {
    long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    long now = before;
    while (now - before < SOME_NANOS) {
      now = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
    return now - before;
  }

  @Test
  void phasesFollowEachOther() {
    SeededExecution execution = new SeededExecution(1);
    CycleTimer cycle = new CollectorStatistics(execution).begin(CycleKind.YOUNG, Cause.REQUESTED);
    execution.work(10);
    cycle.pauseBegins();
    execution.work(3);
    cycle.stopped(0, 0);
    cycle.begin(Phase.FETCH);
    execution.work(5);
    cycle.begin(Phase.MARK);
    execution.work(7);
    cycle.end();
    execution.work(2);
    cycle.pauseEnds();
    assertThat(cycle.pauseStart()).isEqualTo(10);
    assertThat(cycle.pauseNanos()).isEqualTo(3 + 5 + 7 + 2);
    OptionalLong unknown = OptionalLong.empty();
    assertThat(cycle.phases())
        .containsExactly(
            new PhaseTime(Phase.STOP, 3, unknown),
            new PhaseTime(Phase.FETCH, 5, unknown),
            new PhaseTime(Phase.MARK, 7, unknown));
  }

  @Test
  void processorTimeIsThatOfAllWhoCollect() throws Exception {
    CycleTimer cycle = new CollectorStatistics(measured()).begin(CycleKind.YOUNG, Cause.REQUESTED);
    compute(); // before any phase, and so in none
    cycle.begin(Phase.MARK);
    long[] used = {compute(), 0};
    Thread helper = new Thread(() -> cycle.help(() -> used[1] = compute()));
    helper.start();
    helper.join();
    cycle.begin(Phase.SWEEP);
    cycle.end();
    List<PhaseTime> phases = cycle.phases();
    long marking = phases.get(0).cpuNanos().orElseThrow();
    assertThat(marking).isGreaterThanOrEqualTo(used[0] + used[1]);
    assertThat(phases.get(0).nanos()).isGreaterThanOrEqualTo(used[0]);
    assertThat(phases.get(1).cpuNanos().orElseThrow()).isLessThan(marking);
  }
}
