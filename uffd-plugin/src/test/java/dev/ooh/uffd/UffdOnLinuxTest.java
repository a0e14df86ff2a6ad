package dev.ooh.uffd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Probe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * The laws and random schedules over real memory, where this kernel offers the technique. {@code
 * -Dooh.linux-seeds=1000} runs as many schedules as a release needs.
 */
@TestInstance(Lifecycle.PER_CLASS)
class UffdOnLinuxTest extends TechniqueLaws {
  private static final int SEEDS = Integer.getInteger("ooh.linux-seeds", 100);

  private final LinuxSubstrate linux = new LinuxSubstrate();

  /** Open all the while, so that one monitor serves all. */
  private @Nullable AddressSpace keeper;

  @BeforeAll
  void whereTheKernelOffersIt() {
    assumeTrue(linux.refusal().isEmpty(), () -> linux.refusal().orElse(""));
    AddressSpace space = linux.open(SpaceOptions.named("keeper"));
    keeper = space;
    Probe probe = new UffdTechnique().probe(space);
    assumeTrue(probe.usable(), probe.reason());
  }

  @AfterAll
  void close() {
    if (keeper != null) {
      keeper.close();
    }
  }

  @Override
  protected Subject subject() {
    return Subject.plain(linux, new UffdTechnique());
  }

  @Test
  void keepsTheLaws() {
    new ConformanceKit(subject()).check(1, SEEDS);
  }
}
