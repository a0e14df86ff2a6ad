package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.Tally;
import dev.ooh.conformance.session.SessionContract;
import dev.ooh.conformance.storm.MemoryStorm;
import dev.ooh.conformance.storm.StormReport;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.uffd.UffdTechnique;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kit on real memory, with the techniques that work there. */
@Timeout(300)
class LinuxConformanceTest {
  @Test
  void procfsKeepsTheLaws() {
    Subject subject =
        Subject.plain(new LinuxSubstrate(), new ProcfsTechnique(), new UffdTechnique());
    Tally tally = new ConformanceKit(subject).check(1, 7);
    assertThat(tally.owed()).isPositive();
  }

  @Test
  void uffdKeepsTheLaws() {
    Subject subject =
        Subject.plain(new LinuxSubstrate(), new UffdTechnique(), new ProcfsTechnique());
    Tally tally = new ConformanceKit(subject).check(105, 7);
    assertThat(tally.owed()).isPositive();
  }

  /** A short one; {@code StormMain} makes long ones. */
  @Test
  void aStormLosesNothing() throws Exception {
    try (TrackingCore core =
            TrackingCore.create(List.of(new ProcfsTechnique(), new UffdTechnique()));
        MemoryStorm storm =
            new MemoryStorm(
                new LinuxSubstrate(),
                core,
                List.of("procfs", "uffd", "all-dirty"),
                System.nanoTime())) {
      StormReport report = storm.run(Duration.ofSeconds(5));
      assertThat(report.checks()).as(report.toString()).isPositive();
    }
  }

  @Nested
  class Procfs extends SessionContract {
    @Override
    protected Substrate substrate() {
      return new LinuxSubstrate();
    }

    @Override
    protected TrackingTechnique technique() {
      return new ProcfsTechnique();
    }
  }

  @Nested
  class Uffd extends SessionContract {
    @Override
    protected Substrate substrate() {
      return new LinuxSubstrate();
    }

    @Override
    protected TrackingTechnique technique() {
      return new UffdTechnique();
    }
  }
}
