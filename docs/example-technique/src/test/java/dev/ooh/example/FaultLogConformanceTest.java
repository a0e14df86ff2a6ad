package dev.ooh.example;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.machine.substrate.VirtualSubstrate;
import org.junit.jupiter.api.Test;

/** Random schedules of writes, fetches, aborts, switches, unmaps, forks and deaths. */
class FaultLogConformanceTest {
  private static final int SEEDS = Integer.getInteger("ooh.seeds", 20);

  @Test
  void keepsTheLaws() {
    Subject subject = Subject.plain(new VirtualSubstrate(), new FaultLogTechnique());
    new ConformanceKit(subject).check(1, SEEDS);
  }
}
