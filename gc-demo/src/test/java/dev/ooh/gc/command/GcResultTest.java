package dev.ooh.gc.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Pause;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.statistics.PhaseTime;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GcResultTest {
  private static final long MILLI = 1_000_000;

  private static CycleRecord cycle(long number, long millis) {
    return new CycleRecord(
        number,
        CycleKind.YOUNG,
        Cause.ALLOCATION,
        number * 1000 * MILLI,
        millis * MILLI,
        List.of(
            new PhaseTime(Phase.FETCH, 2 * MILLI, OptionalLong.of(MILLI)),
            new PhaseTime(Phase.MARK, 3 * MILLI, OptionalLong.of(3 * MILLI)),
            new PhaseTime(Phase.COMMIT, MILLI, OptionalLong.empty())),
        number == 0 ? 0 : 10,
        number,
        number + 1,
        0,
        0,
        0,
        100 - number,
        0,
        0,
        OptionalLong.empty(),
        0,
        "exact",
        List.of());
  }

  private static GcResult result(List<CycleRecord> cycles, Pause... pauses) {
    return new GcResult(0, 1000 * MILLI, cycles, List.of(pauses), 0, 0);
  }

  private static Pause pause(long startMillis, long millis) {
    return new Pause(startMillis * MILLI, millis * MILLI);
  }

  @Test
  void cyclesAreToldApart() {
    GcResult result =
        result(List.of(cycle(0, 5), cycle(1, 50), cycle(2, 20), cycle(3, 7), cycle(4, 3)));
    assertThat(result.initialMillis()).isEqualTo(50);
    assertThat(result.firstMillis()).isEqualTo(20);
    assertThat(result.otherMillis()).isEqualTo(10);
    assertThat(result.pagesReported()).isEqualTo(2 + 3 + 4);
    assertThat(result.pagesWatched()).isEqualTo(30);
    assertThat(result.pagesRescanned()).isEqualTo(1 + 2 + 3 + 4 + 5);
    assertThat(result.liveBytes()).isEqualTo(100);
  }

  @Test
  void whatMarkingBesideTheProgramLackedIsCounted() {
    GcResult result = result(List.of(cycle(0, 5), fallback(), fallback()));
    assertThat(result.fallbackCycles()).isEqualTo(2);
    assertThat(result.assistedBytes()).isEqualTo(2 * 7);
  }

  private static CycleRecord fallback() {
    return new CycleRecord(
        1,
        CycleKind.FULL,
        Cause.CONCURRENT_MODE_FAILURE,
        0,
        0,
        List.of(),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        OptionalLong.empty(),
        7,
        "exact",
        List.of());
  }

  @Test
  void phasesAreSummedAndTheTechniquesArePutApart() {
    GcResult result = result(List.of(cycle(0, 10), cycle(1, 10)));
    assertThat(result.phaseMillis(Phase.MARK)).isEqualTo(6);
    assertThat(result.phaseCpuMillis(Phase.FETCH)).hasValue(2);
    assertThat(result.phaseCpuMillis(Phase.COMMIT)).isEmpty();
    assertThat(result.phaseMillis(Phase.SWEEP)).isZero();
    assertThat(result.techniqueMillis()).isEqualTo(6);
  }

  @Test
  void pausesAreMeasuredWhateverTheyAreFor() {
    GcResult result = result(List.of(), pause(100, 4), pause(106, 2), pause(500, 3));
    assertThat(result.maxPauseMillis()).isEqualTo(4);
    assertThat(result.pauseMillis(50)).isEqualTo(3, within(0.01));
    assertThat(result.utilization(1)).isZero();
    assertThat(result.utilization(8)).isEqualTo(0.25); // 4 and 2 of them
    assertThat(result.utilization(100)).isEqualTo(0.94);
    assertThat(result.points().horizontal()).containsExactly(0.1, 0.106, 0.5);
    assertThat(result.points().vertical()).containsExactly(4, 2, 3);
    assertThat(result(List.of()).maxPauseMillis()).isZero();
    assertThat(result(List.of()).utilization(10)).isEqualTo(1);
  }
}
