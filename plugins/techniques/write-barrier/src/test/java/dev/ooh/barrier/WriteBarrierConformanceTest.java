package dev.ooh.barrier;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.procfs.ProcfsTechnique;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of the conformance kit, with all-dirty to switch to, or a technique of the
 * kernel. {@code -Dooh.linux-seeds=1000} runs as many as a release needs.
 */
class WriteBarrierConformanceTest {
  private static final int SEEDS = Integer.getInteger("ooh.linux-seeds", 40);

  @BeforeAll
  static void onRealMemory() {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
  }

  @Test
  void keepsTheLaws() {
    check(subject());
  }

  @Test
  void keepsThemWithSmallCards() {
    check(subject().with("write-barrier.card", "64"));
  }

  /** Cards are reported by one technique and pages by the other. */
  @Test
  void keepsThemAcrossSwitchesToPagesOfTheKernel() {
    Subject both =
        Subject.plain(WeavingLoader.linux(), new WriteBarrierTechnique(), new ProcfsTechnique());
    check(both.with("write-barrier.card", "256"));
  }

  private static Subject subject() {
    return Subject.plain(WeavingLoader.linux(), new WriteBarrierTechnique());
  }

  private static void check(Subject subject) {
    new ConformanceKit(subject).check(1, SEEDS);
  }
}
