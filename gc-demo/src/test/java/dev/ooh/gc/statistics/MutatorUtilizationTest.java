package dev.ooh.gc.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MutatorUtilizationTest {
  private static final int RUNS = 2_000;

  private static final List<Pause> PAUSES =
      List.of(new Pause(100, 4), new Pause(106, 2), new Pause(500, 3));

  @Test
  void isThatOfTheWorstWindow() {
    MutatorUtilization run = new MutatorUtilization(PAUSES, 0, 1000);
    assertThat(run.least(1)).isZero();
    assertThat(run.least(4)).isZero();
    assertThat(run.least(8)).isEqualTo(0.25); // 4 and 2 of them
    assertThat(run.least(100)).isEqualTo(0.94);
    assertThat(run.least(10_000)).isEqualTo(0.991); // no more than there was
  }

  @Test
  void windowsLieInTheRun() {
    // A window that began with the last pause would reach beyond the end.
    assertThat(new MutatorUtilization(PAUSES, 0, 503).least(10)).isEqualTo(0.4);
    assertThat(new MutatorUtilization(List.of(new Pause(495, 20)), 0, 500).least(10))
        .isEqualTo(0.5);
    assertThat(new MutatorUtilization(List.of(new Pause(-5, 8)), 0, 500).least(6)).isEqualTo(0.5);
  }

  @Test
  void withoutPausesOrTimeItIsOne() {
    assertThat(new MutatorUtilization(List.of(), 0, 1000).least(10)).isEqualTo(1);
    assertThat(new MutatorUtilization(PAUSES, 7, 7).least(10)).isEqualTo(1);
  }

  @Test
  void agreesWithTryingEveryWindow() {
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      int start = random.nextInt(20);
      int length = 1 + random.nextInt(60);
      boolean[] paused = new boolean[start + length + 40];
      List<Pause> pauses = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        int from = random.nextInt(start + length + 10);
        int nanos = random.nextInt(12);
        pauses.add(new Pause(from, nanos));
        Arrays.fill(paused, from, from + nanos, true);
      }
      int window = 1 + random.nextInt(80);
      assertThat(new MutatorUtilization(pauses, start, start + length).least(window))
          .as("seed %d, window %d of %d from %d, %s", seed, window, length, start, pauses)
          .isCloseTo(naive(paused, start, length, Math.min(window, length)), within(1e-12));
    }
  }

  private static double naive(boolean[] paused, int start, int length, int window) {
    double least = 1;
    for (int from = start; from + window <= start + length; from++) {
      int ran = 0;
      for (int time = from; time < from + window; time++) {
        ran += paused[time] ? 0 : 1;
      }
      least = Math.min(least, (double) ran / window);
    }
    return least;
  }
}
