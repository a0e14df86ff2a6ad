package dev.ooh.procfs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Probe;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The laws and random schedules over real memory, where this kernel offers the technique. {@code
 * -Dooh.linux-seeds=1000} runs as many schedules as a release needs.
 */
class ProcfsOnLinuxTest extends TechniqueLaws {
  private static final int SEEDS = Integer.getInteger("ooh.linux-seeds", 40);

  @BeforeAll
  static void whereTheKernelOffersIt() {
    LinuxSubstrate linux = new LinuxSubstrate();
    assumeTrue(linux.refusal().isEmpty(), () -> linux.refusal().orElse(""));
    try (AddressSpace space = linux.open(SpaceOptions.named("probe"))) {
      Probe probe = new ProcfsTechnique().probe(space);
      assumeTrue(probe.usable(), probe.reason());
    }
  }

  @Override
  protected Subject subject() {
    return Subject.plain(new LinuxSubstrate(), new ProcfsTechnique());
  }

  @Test
  void keepsTheLaws() {
    new ConformanceKit(subject()).check(1, SEEDS);
  }
}
