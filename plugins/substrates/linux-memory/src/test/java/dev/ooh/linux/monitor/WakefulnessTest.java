package dev.ooh.linux.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * A handler's faults, some microseconds apart: so many where it was awake, so many where not. What
 * changes does so in the middle of any try of a round.
 */
class WakefulnessTest {
  private static final int ROUND = Wakefulness.ROUND * Wakefulness.TRY;
  private static final int FAULTS = 10 * ROUND;

  private Wakefulness wakefulness = new Wakefulness();
  private long now = 1_000_000_000_000L;

  @Test
  void staysAwakeWhereThatMakesFaultsFaster() {
    assertThat(awake(FAULTS, 24, 110)).isGreaterThan(FAULTS * 9 / 10);
  }

  @Test
  void sleepsWhereProcessorsAreBusy() {
    assertThat(awake(FAULTS, 60, 15)).isLessThan(FAULTS / 10);
  }

  @Test
  void sleepsWhereItMakesNoDifference() {
    assertThat(awake(FAULTS, 90, 100)).isLessThan(FAULTS / 10);
  }

  @Test
  void sleepsWhereFaultsAreRare() {
    assertThat(awake(FAULTS, 2_000, 2_100)).isZero();
  }

  /** Of four writers, whose faults come together where the handler sleeps. */
  @Test
  void comparesFaultsAndNotHowOftenItRead() {
    int awakeFaults = 0;
    int faults = 0;
    while (faults < FAULTS) {
      boolean awake = wakefulness.isDue();
      int count = awake ? 1 : 4;
      now += awake ? 20_000 : 60_000;
      wakefulness.faulted(now, count);
      faults += count;
      awakeFaults += awake ? count : 0;
    }
    assertThat(awakeFaults).isLessThan(FAULTS / 10);
  }

  @Test
  void findsOutWithinARoundThatTheMachineBecameBusy() {
    for (int before = FAULTS; before < FAULTS + 2 * ROUND; before += 7) {
      wakefulness = new Wakefulness();
      awake(before, 24, 110);
      assertThat(awake(FAULTS, 60, 15)).as("after %d", before).isLessThan(FAULTS * 2 / 10);
    }
  }

  @Test
  void findsOutWithinARoundThatTheMachineBecameIdle() {
    for (int before = FAULTS; before < FAULTS + 2 * ROUND; before += 7) {
      wakefulness = new Wakefulness();
      awake(before, 60, 15);
      assertThat(awake(FAULTS, 24, 110)).as("after %d", before).isGreaterThan(FAULTS * 8 / 10);
    }
  }

  @Test
  void goesToSleepAsSoonAsFaultsBecomeRare() {
    for (int before = FAULTS; before < FAULTS + 2 * ROUND; before += 7) {
      wakefulness = new Wakefulness();
      awake(before, 24, 110);
      assertThat(awake(FAULTS, 2_000, 2_100))
          .as("after %d", before)
          .isLessThanOrEqualTo(2 * Wakefulness.TRY);
    }
  }

  /** Such as those of a fetch a second: each try is of several intervals. */
  @Test
  void burstsWithPausesBetweenThemAreTriesToo() {
    int awake = 0;
    for (int burst = 0; burst < FAULTS / 50; burst++) {
      awake += awake(50, 24, 110);
      now += 100_000_000L;
    }
    assertThat(awake).isGreaterThan(FAULTS / 2);
    for (int burst = 0; burst < ROUND / 50; burst++) {
      awake(50, 60, 15);
      now += 100_000_000L;
    }
    awake = 0;
    for (int burst = 0; burst < FAULTS / 50; burst++) {
      awake += awake(50, 60, 15);
      now += 100_000_000L;
    }
    assertThat(awake).as("on a machine that became busy").isLessThan(FAULTS / 2);
  }

  /** Returns at how many of so many faults it was awake. */
  private int awake(int faults, int awakeMicros, int asleepMicros) {
    int count = 0;
    for (int fault = 0; fault < faults; fault++) {
      boolean awake = wakefulness.isDue();
      count += awake ? 1 : 0;
      now += 1_000L * (awake ? awakeMicros : asleepMicros);
      wakefulness.faulted(now, 1);
    }
    return count;
  }
}
