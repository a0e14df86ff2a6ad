package dev.ooh.linux.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
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
    atAnyMoment(
        faults -> awake(faults, 24, 110),
        moment -> assertThat(awake(FAULTS, 60, 15)).as(moment).isLessThan(FAULTS * 2 / 10));
  }

  @Test
  void findsOutWithinARoundThatTheMachineBecameIdle() {
    atAnyMoment(
        faults -> awake(faults, 60, 15),
        moment -> assertThat(awake(FAULTS, 24, 110)).as(moment).isGreaterThan(FAULTS * 8 / 10));
  }

  @Test
  void goesToSleepAsSoonAsFaultsBecomeRare() {
    atAnyMoment(
        faults -> awake(faults, 24, 110),
        moment ->
            assertThat(awake(FAULTS, 2_000, 2_100))
                .as(moment)
                .isLessThanOrEqualTo(2 * Wakefulness.TRY));
  }

  /** Such as those of a fetch a second: each try is of several intervals. */
  @Test
  void burstsWithPausesBetweenThemAreTriesToo() {
    assertThat(awakeInBursts(FAULTS, 24, 110)).isGreaterThan(FAULTS / 2);
    awakeInBursts(ROUND, 60, 15);
    assertThat(awakeInBursts(FAULTS, 60, 15))
        .as("on a machine that became busy")
        .isLessThan(FAULTS / 2);
  }

  /** Has {@code then} follow so many faults of {@code before} as end at each moment of a round. */
  private void atAnyMoment(IntConsumer before, Consumer<String> then) {
    for (int faults = FAULTS; faults < FAULTS + 2 * ROUND; faults += 7) {
      wakefulness = new Wakefulness();
      before.accept(faults);
      then.accept("after " + faults);
    }
  }

  private int awakeInBursts(int faults, int awakeMicros, int asleepMicros) {
    int awake = 0;
    for (int burst = 0; burst < faults / 50; burst++) {
      awake += awake(50, awakeMicros, asleepMicros);
      now += 100_000_000L;
    }
    return awake;
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
