package dev.ooh.gc.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PauseHistoryTest {
  private static Pause at(long from, long to) {
    return new Pause(from, to - from);
  }

  @Test
  void whatOverlapsIsOneAndOnlyWhatIsNewIsReturned() {
    PauseHistory history = new PauseHistory(10);
    assertThat(history.add(at(0, 5))).containsExactly(at(0, 5));
    assertThat(history.add(at(10, 20))).containsExactly(at(10, 20));
    assertThat(history.add(at(30, 40))).containsExactly(at(30, 40));
    assertThat(history.add(at(8, 50))).containsExactly(at(8, 10), at(20, 30), at(40, 50));
    assertThat(history.add(at(15, 50))).isEmpty();
    assertThat(history.add(at(50, 60))).containsExactly(at(50, 60));
    assertThat(history.pauses()).containsExactly(at(0, 5), at(8, 60));
  }

  @Test
  void itHoldsWhatAllTogetherAre() {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    PauseHistory history = new PauseHistory(Integer.MAX_VALUE);
    List<Pause> all = new ArrayList<>();
    long end = 0;
    for (int i = 0; i < 300; i++) {
      end += random.nextInt(20);
      Pause pause = at(end - random.nextInt(30), end);
      assertThat(history.add(pause)).as("-Dooh.first-seed=" + seed).isEqualTo(pause.without(all));
      all.add(pause);
      assertThat(history.pauses()).as("-Dooh.first-seed=" + seed).isEqualTo(Pause.apart(all));
    }
  }

  @Test
  void theOldestAreForgotten() {
    PauseHistory history = new PauseHistory(2);
    for (int i = 0; i < 5; i++) {
      history.add(at(10 * i, 10 * i + 1));
    }
    assertThat(history.pauses()).containsExactly(at(30, 31), at(40, 41));
  }
}
