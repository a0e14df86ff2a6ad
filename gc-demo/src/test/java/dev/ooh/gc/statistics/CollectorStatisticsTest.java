package dev.ooh.gc.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.testing.space.SeededExecution;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CollectorStatisticsTest {
  private static final int OVER = 10;

  private final SeededExecution execution = new SeededExecution(1);
  private final CollectorStatistics statistics = new CollectorStatistics(execution);

  private CycleRecord cycle(long number) {
    return new CycleRecord(
        number,
        CycleKind.YOUNG,
        Cause.REQUESTED,
        execution.nanoTime(),
        0,
        List.of(),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        OptionalLong.empty(),
        0,
        "",
        List.of());
  }

  @Test
  void theOldestCyclesAreForgotten() {
    for (int i = 1; i <= CollectorStatistics.KEPT_CYCLES + OVER; i++) {
      statistics.ended(cycle(i));
    }
    assertThat(statistics.cycles()).hasSize(CollectorStatistics.KEPT_CYCLES);
    assertThat(statistics.cycles().getFirst().number()).isEqualTo(OVER + 1);
  }

  @Test
  void theOldestPausesAreForgotten() {
    for (int i = 0; i < CollectorStatistics.KEPT_PAUSES + OVER; i++) {
      long since = execution.nanoTime();
      execution.work(1);
      statistics.stalled(since);
      execution.work(1);
    }
    assertThat(statistics.pauses()).hasSize(CollectorStatistics.KEPT_PAUSES);
    assertThat(statistics.pauses().getFirst()).isEqualTo(new Pause(2 * OVER, 1));
  }
}
