package dev.ooh.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WayBackTest {
  private final WayBack back = new WayBack();

  private int calmCheckpointsUntilDue() {
    int count = 1;
    while (back.count(true).isEmpty()) {
      assertThat(count).isLessThan(1000);
      count++;
    }
    return count;
  }

  @Test
  void nothingIsDueThatWasNotLeft() {
    for (int i = 0; i < 10; i++) {
      assertThat(back.count(true)).isEmpty();
    }
    assertThat(back.isOpen()).isFalse();
  }

  @Test
  void isDueAfterSomeCheckpointsInARow() {
    back.left("procfs");
    assertThat(back.isOpen()).isTrue();
    for (boolean calm : new boolean[] {true, true, false, true, true}) {
      assertThat(back.count(calm)).isEmpty();
    }
    assertThat(back.count(true)).contains("procfs");
  }

  /** Who could not go back, for the technique does not work just now, tries later. */
  @Test
  void isDueAgainUntilItIsSaidThatAnotherOneIsUsed() {
    back.left("procfs");
    assertThat(calmCheckpointsUntilDue()).isEqualTo(3);
    assertThat(calmCheckpointsUntilDue()).isEqualTo(6);
    back.close();
    assertThat(back.isOpen()).isFalse();
    for (int i = 0; i < 30; i++) {
      assertThat(back.count(true)).isEmpty();
    }
  }

  /** A program whose bursts come again and again does not pay for a change each time. */
  @Test
  void eachTimeItIsLeftAgainItTakesTwiceAsLongButNotForever() {
    int[] taken = new int[6];
    for (int i = 0; i < taken.length; i++) {
      back.left("procfs");
      taken[i] = calmCheckpointsUntilDue();
      back.close();
    }
    assertThat(taken).containsExactly(3, 6, 12, 24, 24, 24);
  }
}
