package dev.ooh.procfs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Probe;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The laws and random schedules over real memory, where this kernel offers the technique. */
class ProcfsOnLinuxTest extends TechniqueLaws {
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

  @Nested
  class Schedules extends ScheduleContract {
    @Override
    protected Stream<Subject> subjects() {
      return Stream.of(subject());
    }
  }
}
