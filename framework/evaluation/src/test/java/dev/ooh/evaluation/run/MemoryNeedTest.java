package dev.ooh.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.evaluation.figure.Experiment;
import dev.ooh.evaluation.figure.Experiments;
import dev.ooh.evaluation.figure.Plan;
import dev.ooh.evaluation.figure.Published;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryNeedTest {
  @ParameterizedTest
  @ValueSource(strings = {"small", "medium", "large"})
  void noRunOfTheEvaluationTakesMoreThanAllMayTake(String configuration) {
    for (Plan plan : List.of(Plan.whole(), Plan.whole().of(List.of(configuration)))) {
      for (Experiment experiment : Experiments.of(plan, Published.load())) {
        assertThat(experiment.runs()).allMatch(run -> MemoryNeed.of(run) <= MemoryNeed.LIMIT);
      }
    }
  }

  @Test
  void severalMachinesRunTheLargestOfWhichAllFit() {
    assertThat(MemoryNeed.allows("large", 3)).isTrue();
    assertThat(MemoryNeed.allows("large", 5)).isFalse();
    assertThat(Plan.whole().inMachinesConfiguration()).isEqualTo("medium");
    assertThat(Plan.whole().of(List.of("large")).machines()).containsExactly(1, 2, 3);
    assertThat(Plan.quick().machines()).containsExactly(1, 2, 5);
    assertThat(Plan.quick().inMachinesConfiguration()).isEqualTo("small");
  }

  @Test
  void whatRunsAtOnceStaysBelowTheLimit() throws Exception {
    MemoryShare memory = new MemoryShare(10);
    AtomicInteger used = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService workers = Executors.newFixedThreadPool(4)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int need : new int[] {1, 4, 6, 10, 11, 3, 3, 3, 3, 7, 5, 5}) {
        runs.add(
            workers.submit(
                () ->
                    memory.with(
                        need,
                        () -> {
                          int now = used.addAndGet(Math.min(need, 10));
                          most.accumulateAndGet(now, Math::max);
                          return used.addAndGet(-Math.min(need, 10));
                        })));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    }
    assertThat(most).hasValue(10);
  }
}
