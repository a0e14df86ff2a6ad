package dev.ooh.uffd;

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
 * -Dooh.linux-seeds=N} runs them, and N schedules.
 */
class UffdOnLinuxTest extends TechniqueLaws {
  private static final int SEEDS = Integer.getInteger("ooh.linux-seeds", 0);

  @BeforeAll
  static void whereTheKernelOffersIt() {
    assumeTrue(SEEDS > 0, "each session starts a process of its own: only with -Dooh.linux-seeds");
    LinuxSubstrate linux = new LinuxSubstrate();
    assumeTrue(linux.refusal().isEmpty(), () -> linux.refusal().orElse(""));
    try (AddressSpace space = linux.open(SpaceOptions.named("probe"))) {
      Probe probe = new UffdTechnique().probe(space);
      assumeTrue(probe.usable(), probe.reason());
    }
  }

  @Override
  protected Subject subject() {
    return Subject.plain(new LinuxSubstrate(), new UffdTechnique());
  }

  @Test
  void keepsTheLaws() {
    new ConformanceKit(subject()).check(1, SEEDS);
  }
}
