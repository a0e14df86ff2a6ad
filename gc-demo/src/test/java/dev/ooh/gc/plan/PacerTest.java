package dev.ooh.gc.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PacerTest {
  private static final long LEAST = 1 << 20;
  private static final long MAX = 64 * LEAST;

  private final Pacer pacer = new Pacer(LEAST, MAX, true);
  private long now;

  /** Bytes of old objects. */
  private long live;

  /** The most old objects at which no full cycle is due. */
  private long limit() {
    long limit = 0;
    for (long step = 1L << 40; step > 0; step /= 2) {
      limit += pacer.isFullDue(limit + step) ? 0 : step;
    }
    return limit;
  }

  private long budget() {
    long budget = 0;
    while (!pacer.isDue(0)) {
      pacer.allocated(1 << 10);
      budget += 1 << 10;
    }
    return budget;
  }

  private void youngDone(long survived, long traceNanos) {
    live += survived;
    pacer.youngDone(live, survived, 0, traceNanos, now);
  }

  private void fullDone(long liveBytes) {
    live = liveBytes;
    pacer.fullDone(liveBytes);
  }

  /** Surviving bytes at so much each. */
  private void youngCycles(int count, long nanosAByte) {
    for (int i = 0; i < count; i++) {
      long allocated = budget();
      now += allocated;
      youngDone(allocated, allocated * nanosAByte);
    }
  }

  /** Old objects grow by a byte a nanosecond, and the budget is the least. */
  private void grow() {
    youngCycles(30, 1);
    assertThat(budget()).isEqualTo(LEAST);
    pacer.postpone();
  }

  /** A full cycle beside the program of so many old objects, which has read half of their bytes. */
  private void fullCycle(long liveBytes, long nanos) {
    pacer.fullBegins(liveBytes, now);
    now += nanos;
    pacer.fullMarked(liveBytes / 2, now);
  }

  @Test
  void aFullCycleIsDueWhenOldObjectsHaveDoubled() {
    assertThat(limit()).isEqualTo(2 * LEAST);
    fullDone(10 * LEAST);
    assertThat(limit()).isEqualTo(20 * LEAST);
  }

  @Test
  void itIsDueBeforeMemoryRunsOut() {
    grow();
    fullDone(40 * LEAST);
    // A young cycle's allocation fits.
    assertThat(limit()).isEqualTo(MAX - LEAST);
    // Beside the program little would be gained.
    fullDone(MAX - LEAST);
    assertThat(limit()).isEqualTo(MAX);
  }

  @Test
  void whereItIsAPauseItIsDueWhenOldObjectsHaveDoubledOnly() {
    Pacer untimed = new Pacer(LEAST, MAX, false);
    untimed.fullDone(40 * LEAST);
    assertThat(untimed.isFullDue(80 * LEAST)).isFalse();
    assertThat(untimed.isFullDue(80 * LEAST + 1)).isTrue();
  }

  /**
   * While 20 were marked for as long, old objects grew by 4: marking 17 takes long enough for 3.
   */
  @Test
  void itBeginsEarlierByWhatIsExpectedToGrowUntilAllIsMarked() {
    grow();
    fullCycle(20 * LEAST, 4 * LEAST);
    fullDone(10 * LEAST);
    long limit = limit();
    assertThat(limit + limit / 5).isBetween(20 * LEAST - 10, 20 * LEAST + 10);
    // And so that memory has not run out.
    fullDone(40 * LEAST);
    limit = limit();
    assertThat(limit + limit / 5).isBetween(63 * LEAST - 10, 63 * LEAST + 10);
  }

  @Test
  void aCycleThatWasGivenUpWouldHaveTakenLonger() {
    grow();
    pacer.fullBegins(20 * LEAST, now);
    now += 2 * LEAST;
    pacer.fullGivenUp(now);
    fullDone(10 * LEAST);
    // As if marking had taken twice as long.
    long limit = limit();
    assertThat(limit + limit / 5).isBetween(20 * LEAST - 10, 20 * LEAST + 10);
  }

  @Test
  void whatGrowsFasterIsMarkedEarlier() {
    grow();
    fullCycle(20 * LEAST, 4 * LEAST);
    fullDone(10 * LEAST);
    long limit = limit();
    for (int i = 0; i < 10; i++) {
      now += LEAST / 2;
      youngDone(LEAST, LEAST);
    }
    assertThat(limit()).isBetween(limit / 2, limit - LEAST);
  }

  @Test
  void halfOfTheGrowthIsAllowedHoweverSlowACycleIs() {
    grow();
    fullCycle(20 * LEAST, 1000 * LEAST);
    fullDone(10 * LEAST);
    assertThat(limit()).isEqualTo(15 * LEAST);
  }

  /** It has to read half of 16 while a fifth to all of three quarters of 48 are used. */
  @Test
  void markingIsBehindWhenTheFreeMemoryIsUsedUpFaster() {
    fullCycle(10 * LEAST, LEAST);
    fullDone(16 * LEAST);
    pacer.fullBegins(16 * LEAST, now);
    assertThat(pacer.behind(16 * LEAST, 0)).isZero();
    pacer.allocated(7 * LEAST);
    assertThat(pacer.behind(16 * LEAST, 0)).isZero();
    pacer.allocated(2 * LEAST);
    assertThat(pacer.behind(16 * LEAST, 0)).isBetween(LEAST / 2 - 1, LEAST / 2 + 1);
    assertThat(pacer.behind(16 * LEAST, 3 * LEAST)).isNegative();
    youngDone(9 * LEAST, LEAST);
    pacer.allocated(9 * LEAST);
    assertThat(pacer.behind(25 * LEAST, 2 * LEAST)).isBetween(LEAST - 1, LEAST + 1);
    assertThat(pacer.isLate(25 * LEAST)).isFalse();
    // What young objects had is free again.
    youngDone(0, LEAST);
    assertThat(pacer.behind(16 * LEAST, 0)).isZero();
    pacer.allocated(40 * LEAST);
    assertThat(pacer.behind(16 * LEAST, LEAST)).isBetween(7 * LEAST - 1, 7 * LEAST);
    assertThat(pacer.isLate(16 * LEAST)).isTrue();
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
    fullDone(4 * LEAST);
    youngCyclesWithoutSurvivors();
    assertThat(budget()).isEqualTo(4 * LEAST);

    fullDone(24 * LEAST);
    youngCyclesWithoutSurvivors();
    assertThat(budget()).isEqualTo(6 * LEAST);

    fullDone(1000 * LEAST);
    youngCyclesWithoutSurvivors();
    assertThat(budget()).isEqualTo(8 * LEAST);
  }

  private void youngCyclesWithoutSurvivors() {
    for (int i = 0; i < 30; i++) {
      budget();
      youngDone(0, 0);
    }
  }
}
