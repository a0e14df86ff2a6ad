package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.core.TrackingCore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Storms with woven stores, of the storm's own classes too. */
class WriteBarrierStormTest {
  private static final String STORM = "dev.ooh.conformance.storm.";

  @BeforeAll
  static void onRealMemory() {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
  }

  @Test
  @Timeout(300)
  void aStormLosesNothing() throws Exception {
    storm(2);
  }

  @Test
  @Tag("soak")
  @Timeout(1200)
  void aLongStormLosesNothing() throws Exception {
    storm(Integer.getInteger("ooh.soak-seconds", 600));
  }

  private static void storm(int seconds) throws Exception {
    WeavingLoader loader = new WeavingLoader(List.of("dev.ooh.linux.", STORM), List.of(STORM));
    Substrate linux = loader.create(Substrate.class, LinuxSubstrate.class.getName());
    List<String> techniques = List.of("write-barrier", "procfs");
    Class<?> storms = loader.loadClass(STORM + "MemoryStorm");
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    try (TrackingCore core =
            TrackingCore.create(List.of(new WriteBarrierTechnique(), new ProcfsTechnique()));
        AutoCloseable storm =
            (AutoCloseable)
                storms
                    .getConstructor(Substrate.class, TrackingControl.class, List.class, long.class)
                    .newInstance(linux, core, techniques, seed)) {
      Object report =
          storms.getMethod("run", Duration.class).invoke(storm, Duration.ofSeconds(seconds));
      assertThat(report.toString()).as("seed %d", seed).contains(" by write-barrier");
    }
  }
}
