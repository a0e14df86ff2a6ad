package dev.ooh.gc.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PauseHistogramTest {
  private static List<Pause> lasting(int count, long unit) {
    List<Pause> pauses = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      pauses.add(new Pause(0, i * unit));
    }
    Collections.shuffle(pauses, new Random(1));
    return pauses;
  }

  @Test
  void percentilesAreByNearestRank() {
    PauseHistogram pauses = new PauseHistogram(lasting(200, 1_000_000));
    assertThat(pauses.percentile(99)).isCloseTo(198_000_000, withinPercentage(0.1));
    assertThat(pauses.percentile(90)).isCloseTo(180_000_000, withinPercentage(0.1));
    assertThat(pauses.percentile(50)).isCloseTo(100_000_000, withinPercentage(0.1));
    assertThat(new PauseHistogram(lasting(10, 1)).percentile(99)).isEqualTo(10);
  }

  @Test
  void theLongestIsExactAndNoPercentileIsAboveIt() {
    PauseHistogram pauses = new PauseHistogram(lasting(3, 1_234_567_891));
    assertThat(pauses.longest()).isEqualTo(3 * 1_234_567_891L);
    assertThat(pauses.percentile(100)).isEqualTo(pauses.longest());
    assertThat(pauses.count()).isEqualTo(3);
  }

  @Test
  void withoutAPauseAllIsZero() {
    PauseHistogram none = new PauseHistogram(List.of());
    assertThat(none.longest()).isZero();
    assertThat(none.percentile(50)).isZero();
    assertThat(none.count()).isZero();
  }
}
