package dev.ooh.uffd;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.machine.substrate.VirtualSubstrate;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of the conformance kit, with all-dirty to switch to. {@code -Dooh.seeds=1000}
 * runs as many as a release needs.
 */
class UffdConformanceTest {
  private static final int SEEDS = Integer.getInteger("ooh.seeds", 40);

  @Test
  void keepsTheLaws() {
    check(subject());
  }

  private static Subject subject() {
    return Subject.plain(new VirtualSubstrate(), new UffdTechnique());
  }

  private static void check(Subject subject) {
    new ConformanceKit(subject).check(1, SEEDS);
  }
}
