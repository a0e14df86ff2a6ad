package dev.ooh.gc.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.gc.CycleRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GcResultTest {
  private static CycleRecord cycle(long number, long millis) {
    return new CycleRecord(
        number,
        false,
        0,
        millis * 1_000_000,
        0,
        0,
        0,
        number == 0 ? 0 : 10,
        number,
        0,
        0,
        0,
        0,
        "exact",
        List.of());
  }

  @Test
  void cyclesAreToldApart() {
    GcResult result =
        new GcResult(
            1000, List.of(cycle(0, 5), cycle(1, 50), cycle(2, 20), cycle(3, 7), cycle(4, 3)), 0, 0);
    assertThat(result.initialMillis()).isEqualTo(50);
    assertThat(result.firstMillis()).isEqualTo(20);
    assertThat(result.otherMillis()).isEqualTo(10);
    assertThat(result.maxPauseMillis()).isEqualTo(50);
    assertThat(result.pagesReported()).isEqualTo(2 + 3 + 4);
    assertThat(result.pagesWatched()).isEqualTo(30);
  }

  @Test
  void percentilesAreByNearestRank() {
    List<CycleRecord> cycles = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      cycles.add(cycle(i, i));
    }
    assertThat(new GcResult(0, cycles, 0, 0).p99PauseMillis()).isEqualTo(198);
    assertThat(new GcResult(0, cycles.subList(0, 100), 0, 0).p99PauseMillis()).isEqualTo(99);
    assertThat(new GcResult(0, cycles.subList(0, 10), 0, 0).p99PauseMillis()).isEqualTo(10);
    assertThat(new GcResult(0, List.of(), 0, 0).p99PauseMillis()).isZero();
  }
}
