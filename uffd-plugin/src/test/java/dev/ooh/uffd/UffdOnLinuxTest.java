package dev.ooh.uffd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.space.OpenMeanwhile;
import dev.ooh.tracking.Probe;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The laws and random schedules over real memory, where this kernel offers the technique. */
class UffdOnLinuxTest extends TechniqueLaws {
  private static final LinuxSubstrate LINUX = new LinuxSubstrate();

  /** So that one monitor serves all. */
  @RegisterExtension static final OpenMeanwhile MEANWHILE = new OpenMeanwhile(LINUX);

  @BeforeAll
  static void whereTheKernelOffersIt() {
    assumeTrue(LINUX.refusal().isEmpty(), () -> LINUX.refusal().orElse(""));
    try (AddressSpace space = LINUX.open(SpaceOptions.named("probe"))) {
      Probe probe = new UffdTechnique().probe(space);
      assumeTrue(probe.usable(), probe.reason());
    }
  }

  @Override
  protected Subject subject() {
    return Subject.plain(LINUX, new UffdTechnique());
  }

  @Nested
  class Schedules extends ScheduleContract {
    @Override
    protected Stream<Subject> subjects() {
      return Stream.of(subject());
    }
  }
}
