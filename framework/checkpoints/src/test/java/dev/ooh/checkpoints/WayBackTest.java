package dev.ooh.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WayBackTest {
  private final WayBack back = new WayBack();

  private int checkpointsUntilDue() {
    int count = 0;
    while (back.due().isEmpty()) {
      assertThat(count).isLessThan(1000);
      back.checkpoint(true);
      count++;
    }
    return count;
  }

  @Test
  void nothingIsDueThatWasNotLeft() {
    for (int i = 0; i < 10; i++) {
      back.checkpoint(true);
      assertThat(back.due()).isEmpty();
    }
    assertThat(back.isOpen()).isFalse();
  }

  @Test
  void isDueOnceAfterSomeCheckpointsInARow() {
    back.left("procfs");
    back.checkpoint(true);
    back.checkpoint(true);
    back.checkpoint(false);
    back.checkpoint(true);
    back.checkpoint(true);
    assertThat(back.due()).isEmpty();
    back.checkpoint(true);
    assertThat(back.isOpen()).isTrue();
    assertThat(back.due()).contains("procfs");
    assertThat(back.isOpen()).isFalse();
    assertThat(back.due()).isEmpty();
  }

  /** A program whose bursts come again and again does not pay for a change each time. */
  @Test
  void eachTimeItIsLeftAgainItTakesTwiceAsLongButNotForever() {
    int[] taken = new int[8];
    for (int i = 0; i < taken.length; i++) {
      back.left("procfs");
      taken[i] = checkpointsUntilDue();
    }
    assertThat(taken).containsExactly(3, 6, 12, 24, 48, 96, 96, 96);
  }
}
