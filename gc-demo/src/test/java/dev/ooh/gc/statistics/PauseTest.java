package dev.ooh.gc.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PauseTest {
  private static Pause at(long from, long to) {
    return new Pause(from, to - from);
  }

  @Test
  void whatOverlapsIsOne() {
    assertThat(Pause.apart(List.of(at(50, 60), at(0, 10), at(5, 8), at(9, 20), at(20, 30))))
        .containsExactly(at(0, 30), at(50, 60));
    assertThat(Pause.apart(List.of())).isEmpty();
  }

  @Test
  void whatIsLeftOfAStall() {
    assertThat(at(10, 50).without(List.of(at(0, 12), at(20, 30), at(25, 35), at(48, 90))))
        .containsExactly(at(12, 20), at(35, 48));
    assertThat(at(10, 50).without(List.of(at(0, 100)))).isEmpty();
    assertThat(at(10, 50).without(List.of(at(60, 70), at(0, 5)))).containsExactly(at(10, 50));
  }
}
