package dev.ooh.uffd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Probe;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The laws and random schedules over real memory, where this kernel offers the technique. */
@TestInstance(Lifecycle.PER_CLASS)
class UffdOnLinuxTest extends TechniqueLaws {
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

  @Nested
  class Schedules extends ScheduleContract {
    @Override
    protected Stream<Subject> subjects() {
      return Stream.of(subject());
    }

    @Override
    protected int seeds() {
      return 100;
    }
  }
}
