package dev.ooh.barrier;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.procfs.ProcfsTechnique;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;

/**
 * Random schedules on real memory, with all-dirty to switch to; again with small cards, and with a
 * technique to switch to that reports pages where this one reports cards.
 */
class WriteBarrierConformanceTest extends ScheduleContract {
  @BeforeAll
  static void onRealMemory() {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
  }

  @Override
  protected Stream<Subject> subjects() {
    Subject alone = Subject.plain(WeavingLoader.linux(), new WriteBarrierTechnique());
    Subject both =
        Subject.plain(WeavingLoader.linux(), new WriteBarrierTechnique(), new ProcfsTechnique());
    return Stream.of(
        alone,
        alone.with("write-barrier.card", "64"),
        both.named("write-barrier and procfs on linux").with("write-barrier.card", "256"));
  }
}
