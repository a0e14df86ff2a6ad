package dev.ooh.linux.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A handler's faults, some microseconds apart: so many where it was awake, so many where not. */
class WakefulnessTest {
  private static final int FAULTS = 100 * Wakefulness.TRY;

  private final Wakefulness wakefulness = new Wakefulness(2);
  private long now = 1_000_000_000_000L;

  @Test
  void staysAwakeWhereThatMakesFaultsFaster() {
    assertThat(awake(24, 110)).isGreaterThan(FAULTS * 9 / 10);
  }

  @Test
  void sleepsWhereProcessorsAreBusy() {
    assertThat(awake(60, 15)).isLessThan(FAULTS / 10);
  }

  @Test
  void sleepsWhereItMakesNoDifference() {
    assertThat(awake(90, 100)).isLessThan(FAULTS / 10);
  }

  @Test
  void sleepsWhereFaultsAreRare() {
    assertThat(awake(2_000, 2_100)).isZero();
  }

  @Test
  void findsOutWhenThatChanges() {
    awake(24, 110);
    assertThat(awake(60, 15)).as("a machine that became busy").isLessThan(FAULTS * 3 / 10);
    assertThat(awake(24, 110)).as("an idle one again").isGreaterThan(FAULTS * 6 / 10);
  }

  @Test
  void aProgramsPauseDecidesNothingForLong() {
    awake(24, 110);
    now += 5_000_000_000L;
    assertThat(awake(24, 110)).isGreaterThan(FAULTS * 7 / 10);
  }

  @Test
  void neverOnOneProcessorWhichTheWriterNeeds() {
    Wakefulness alone = new Wakefulness(1);
    for (int fault = 0; fault < FAULTS; fault++) {
      assertThat(alone.isDue()).isFalse();
      now += 1_000;
      alone.faulted(now);
    }
  }

  /** Returns at how many of so many faults it was awake. */
  private int awake(int awakeMicros, int asleepMicros) {
    int count = 0;
    for (int fault = 0; fault < FAULTS; fault++) {
      boolean awake = wakefulness.isDue();
      count += awake ? 1 : 0;
      now += 1_000L * (awake ? awakeMicros : asleepMicros);
      wakefulness.faulted(now);
    }
    return count;
  }
}
