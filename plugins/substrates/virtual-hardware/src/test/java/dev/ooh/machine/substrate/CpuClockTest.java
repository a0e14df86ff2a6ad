package dev.ooh.machine.substrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CpuClockTest {
  private final CpuClock clock = new CpuClock();

  @Test
  void isALineInATurnAndFlatBetweenTurns() {
    clock.ran(100, 200, 5);
    clock.ran(200, 300, 1);
    clock.ran(500, 600, 2);
    assertThat(clock.at(0)).isZero();
    assertThat(clock.at(100)).isZero();
    assertThat(clock.at(150)).isEqualTo(2.5);
    assertThat(clock.at(200)).isEqualTo(5);
    assertThat(clock.at(250)).isEqualTo(5.5);
    assertThat(clock.at(400)).isEqualTo(6);
    assertThat(clock.at(600)).isEqualTo(8);
    assertThat(clock.at(1000)).isEqualTo(8);
  }

  @Test
  void knowsTheLastTurnsOfMany() {
    int turns = 100_000;
    for (int turn = 0; turn < turns; turn++) {
      clock.ran(turn, turn + 1, 1);
    }
    for (int turn = turns - 1000; turn < turns; turn++) {
      assertThat(clock.at(turn)).isEqualTo(turn, within(1e-6));
    }
    assertThat(clock.at(0)).isBetween(turns - 9000.0, turns - 1000.0);
  }
}
