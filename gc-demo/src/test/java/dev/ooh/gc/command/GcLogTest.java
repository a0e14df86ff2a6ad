package dev.ooh.gc.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Pause;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.statistics.PhaseTime;
import dev.ooh.testing.space.SeededExecution;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GcLogTest {
  private static final long MILLI = 1_000_000;
  private static final long MB = 1 << 20;

  private final SeededExecution execution = new SeededExecution(1);
  private final List<String> lines = new ArrayList<>();

  private static CycleRecord cycle(CycleKind kind, Cause cause, OptionalLong floating) {
    return new CycleRecord(
        3,
        kind,
        cause,
        0,
        1_234_567,
        List.of(
            new PhaseTime(Phase.FETCH, MILLI, OptionalLong.of(MILLI / 2)),
            new PhaseTime(Phase.MARK, 2 * MILLI, OptionalLong.empty())),
        20,
        7,
        9,
        0,
        0,
        0,
        8 * MB,
        4 * MB,
        64 * MB,
        floating,
        0,
        "exact",
        List.of());
  }

  @Test
  void aPauseIsALineLikeTheJvms() {
    execution.work(500 * MILLI);
    GcLog log = new GcLog(execution, false, lines::add);
    log.using("epml", "virtual");
    execution.work(123 * MILLI);
    log.ended(cycle(CycleKind.YOUNG, Cause.ALLOCATION, OptionalLong.empty()));
    log.stalled(new Pause(0, 5 * MILLI));
    assertThat(lines)
        .containsExactly(
            "[0.000s][info][gc] Using Mark-Sweep, pages told by epml on virtual; times are"
                + " simulated",
            "[0.123s][info][gc] GC(3) Pause Young (Allocation) 12M->8M(64M) 1.235ms",
            "[0.123s][info][gc] Allocation Stall (%s) 5.000ms"
                .formatted(Thread.currentThread().getName()));
  }

  @Test
  void aCycleBesideTheProgramHasABeginAndAnEnd() {
    GcLog log = new GcLog(execution, false, lines::add);
    log.concurrentBegins(3, Cause.OLD_DOUBLED);
    execution.work(30 * MILLI);
    log.ended(cycle(CycleKind.CONCURRENT, Cause.OLD_DOUBLED, OptionalLong.empty()));
    assertThat(lines)
        .containsExactly(
            "[0.000s][info][gc] GC(3) Concurrent Mark Cycle (Old Objects Doubled)",
            "[0.030s][info][gc] GC(3) Pause Final Mark (Old Objects Doubled) 12M->8M(64M) 1.235ms",
            "[0.030s][info][gc] GC(3) Concurrent Mark Cycle 30.000ms");
  }

  @Test
  void everythingIsPhasesAndBytesToo() {
    GcLog log = new GcLog(execution, true, lines::add);
    log.ended(cycle(CycleKind.FULL, Cause.ALLOCATION_FAILURE, OptionalLong.of(MB)));
    assertThat(lines)
        .containsExactly(
            "[0.000s][info][gc,phases] GC(3)   Fetch: 1.000ms (cpu 0.500ms)",
            "[0.000s][info][gc,phases] GC(3)   Mark: 2.000ms",
            "[0.000s][info][gc,heap] GC(3) Live: 8192K, freed 4096K, floating 1024K; pages watched"
                + " 20, changed 7, searched again 9",
            "[0.000s][info][gc] GC(3) Pause Full (Allocation Failure) 12M->8M(64M) 1.235ms");
  }
}
