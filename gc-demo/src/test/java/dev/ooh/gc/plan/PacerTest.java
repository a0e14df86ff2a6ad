package dev.ooh.gc.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PacerTest {
  private static final long LEAST = 1 << 20;

  private final Pacer pacer = new Pacer(LEAST, true);

  /** The most old objects at which no full cycle is due. */
  private long limit() {
    long limit = 0;
    for (long step = 1L << 40; step > 0; step /= 2) {
      limit += pacer.isFullDue(limit + step) ? 0 : step;
    }
    return limit;
  }

  @Test
  void aFullCycleIsDueWhenOldObjectsHaveDoubled() {
    assertThat(limit()).isEqualTo(2 * LEAST);
    pacer.fullDone(0, 10 * LEAST);
    assertThat(limit()).isEqualTo(20 * LEAST);
  }

  @Test
  void itBeginsEarlierByWhatGrewWhileTheLastRan() {
    pacer.fullBegins(20 * LEAST);
    pacer.fullDone(23 * LEAST, 10 * LEAST);
    assertThat(limit()).isEqualTo(17 * LEAST);
    // Of a pause nothing is learnt.
    pacer.fullDone(23 * LEAST, 10 * LEAST);
    assertThat(limit()).isEqualTo(20 * LEAST);
  }

  @Test
  void halfOfTheGrowthIsAllowedHoweverSlowACycleIs() {
    pacer.fullBegins(20 * LEAST);
    pacer.fullDone(60 * LEAST, 10 * LEAST);
    assertThat(limit()).isEqualTo(15 * LEAST);
  }

  private long budget() {
    long budget = 0;
    while (!pacer.isDue()) {
      pacer.allocated(1 << 10);
      budget += 1 << 10;
    }
    return budget;
  }

  /** Surviving bytes at so much each. */
  private void youngCycles(int count, long nanosAByte) {
    for (int i = 0; i < count; i++) {
      long allocated = budget();
      pacer.youngDone(allocated, 0, allocated * nanosAByte);
    }
  }

  @Test
  void whatMaySurviveIsTracedInEightMilliseconds() {
    youngCycles(30, 1);
    assertThat(budget()).isEqualTo(LEAST);
    youngCycles(30, 16);
    assertThat(budget()).isBetween(490_000L, 510_000L);
    // However long that takes, a quarter is allocated.
    youngCycles(30, 400);
    assertThat(budget()).isEqualTo(LEAST / 4);
  }

  @Test
  void whereNothingSurvivesCyclesAreRarerBesideManyOldObjects() {
    pacer.fullDone(0, 4 * LEAST);
    youngCyclesWithoutSurvivors();
    assertThat(budget()).isEqualTo(4 * LEAST);

    pacer.fullDone(0, 24 * LEAST);
    youngCyclesWithoutSurvivors();
    assertThat(budget()).isEqualTo(6 * LEAST);

    pacer.fullDone(0, 1000 * LEAST);
    youngCyclesWithoutSurvivors();
    assertThat(budget()).isEqualTo(8 * LEAST);
  }

  private void youngCyclesWithoutSurvivors() {
    for (int i = 0; i < 30; i++) {
      budget();
      pacer.youngDone(0, 0, 0);
    }
  }
}
