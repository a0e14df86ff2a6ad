package dev.ooh.gc.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ooh.gc.CycleRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GcResultTest {
  private static CycleRecord cycle(long number, long millis) {
    return at(number, number * 1000, millis);
  }

  private static CycleRecord at(long number, long startMillis, long millis) {
    return new CycleRecord(
        number,
        startMillis * 1_000_000,
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
            0,
            1000,
            List.of(cycle(0, 5), cycle(1, 50), cycle(2, 20), cycle(3, 7), cycle(4, 3)),
            0,
            0);
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
    assertThat(new GcResult(0, 0, cycles, 0, 0).p99PauseMillis()).isEqualTo(198);
    assertThat(new GcResult(0, 0, cycles.subList(0, 100), 0, 0).p99PauseMillis()).isEqualTo(99);
    assertThat(new GcResult(0, 0, cycles.subList(0, 10), 0, 0).p99PauseMillis()).isEqualTo(10);
    assertThat(new GcResult(0, 0, List.of(), 0, 0).p99PauseMillis()).isZero();
  }

  @Test
  void utilizationIsThatOfTheWorstWindow() {
    List<CycleRecord> cycles = List.of(at(1, 100, 4), at(2, 106, 2), at(3, 500, 3));
    GcResult result = new GcResult(0, 1000, cycles, 0, 0);
    assertThat(result.utilization(1)).isZero();
    assertThat(result.utilization(4)).isZero();
    assertThat(result.utilization(8)).isEqualTo(0.25); // 4 and 2 of them
    assertThat(result.utilization(100)).isEqualTo(0.94);
    assertThat(result.utilization(10_000)).isCloseTo(0.991, within(1e-9)); // no more than there was
    assertThat(new GcResult(0, 1000, List.of(), 0, 0).utilization(10)).isEqualTo(1);
    assertThat(result.pauses().horizontal()).containsExactly(0.1, 0.106, 0.5);
    assertThat(result.pauses().vertical()).containsExactly(4, 2, 3);
  }
}
