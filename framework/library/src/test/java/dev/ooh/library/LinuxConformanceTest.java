package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.session.SessionContract;
import dev.ooh.conformance.storm.MemoryStorm;
import dev.ooh.conformance.storm.StormReport;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.testing.space.OpenMeanwhile;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.uffd.UffdTechnique;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The kit on real memory, with the techniques that work there. */
class LinuxConformanceTest {
  private static final LinuxSubstrate LINUX = new LinuxSubstrate();

  /** So that one monitor serves all. */
  @RegisterExtension static final OpenMeanwhile MEANWHILE = new OpenMeanwhile(LINUX);

  @BeforeAll
  static void onRealMemory() {
    assumeTrue(LINUX.refusal().isEmpty(), () -> LINUX.refusal().orElse(""));
  }

  /** Switches go to the other of the two, too; by themselves they are tested where they live. */
  @Nested
  class Schedules extends ScheduleContract {
    @Override
    protected Stream<Subject> subjects() {
      return Stream.of(
          Subject.plain(LINUX, new ProcfsTechnique(), new UffdTechnique())
              .named("procfs and uffd on linux"),
          Subject.plain(LINUX, new UffdTechnique(), new ProcfsTechnique())
              .named("uffd and procfs on linux"));
    }

    @Override
    protected int seeds() {
      return 9; // one of each kind
    }
  }

  @Test
  @Timeout(300)
  void aStormLosesNothing() throws Exception {
    storm(2);
  }

  @Test
  @Tag("soak")
  void aLongStormLosesNothing() throws Exception {
    storm(Integer.getInteger("ooh.soak-seconds", 600));
  }

  private static void storm(int seconds) throws Exception {
    try (TrackingCore core =
            TrackingCore.create(List.of(new ProcfsTechnique(), new UffdTechnique()));
        MemoryStorm storm =
            new MemoryStorm(
                LINUX,
                core,
                List.of("procfs", "uffd", "all-dirty"),
                Long.getLong("ooh.first-seed", System.nanoTime()))) {
      StormReport report = storm.run(Duration.ofSeconds(seconds));
      assertThat(report.checks()).as(report.toString()).isPositive();
    }
  }

  @Nested
  class Procfs extends SessionContract {
    @Override
    protected Substrate substrate() {
      return LINUX;
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
      return LINUX;
    }

    @Override
    protected TrackingTechnique technique() {
      return new UffdTechnique();
    }
  }
}
