package dev.ooh.library.audit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.audit.AuditContract;
import dev.ooh.conformance.audit.Scenario;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.testing.space.OpenMeanwhile;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.core.TrackingCore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nothing is lost on real memory, whatever is done to it, its trackers and their helpers. */
@Timeout(600)
class RealMemoryAuditTest {
  /** So that one monitor serves all. */
  @RegisterExtension static final OpenMeanwhile MEANWHILE = new OpenMeanwhile(Way.LINUX);

  /** On the disk of the build, since a temporary folder may lie on tmpfs. */
  private static @Nullable Path folder;

  @BeforeAll
  static void open() throws IOException {
    assumeTrue(Way.LINUX.refusal().isEmpty(), () -> Way.LINUX.refusal().orElse(""));
    folder = Files.createTempDirectory(Path.of("target"), "audit");
  }

  @AfterAll
  static void close() throws IOException {
    if (folder != null) {
      Files.delete(folder);
    }
  }

  @Nested
  class Procfs extends Real {
    Procfs() {
      super(Way.PROCFS);
    }
  }

  @Nested
  class SynchronousUffd extends Real {
    SynchronousUffd() {
      super(Way.SYNCHRONOUS_UFFD);
    }
  }

  @Nested
  class AsynchronousUffd extends Real {
    AsynchronousUffd() {
      super(Way.ASYNCHRONOUS_UFFD);
    }
  }

  /** With everything that the kernel can do besides. */
  private abstract static class Real extends AuditContract {
    private final Way way;

    Real(Way way) {
      this.way = way;
    }

    @Override
    protected Substrate substrate() {
      return Way.LINUX;
    }

    @Override
    protected SpaceOptions options() {
      return way.options();
    }

    @Override
    protected TrackingCore core() {
      return way.core();
    }

    @Override
    protected List<String> techniques() {
      return way.techniques();
    }

    @Override
    protected Stream<Scenario> scenarios() {
      Probe probe = way.probe();
      assumeTrue(probe.usable(), probe::reason);
      return Stream.concat(super.scenarios(), new KernelScenarios(folder).all());
    }
  }
}
