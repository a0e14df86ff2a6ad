package dev.ooh.barrier;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.audit.AuditContract;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.uffd.UffdTechnique;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** Nothing that woven stores write is lost, whatever happens to the space. */
@Timeout(600)
class WriteBarrierAuditTest extends AuditContract {
  @BeforeAll
  static void onRealMemory() {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
  }

  @Override
  protected Substrate substrate() {
    return WeavingLoader.linux();
  }

  @Override
  protected TrackingCore core() {
    return TrackingCore.create(
        List.of(new WriteBarrierTechnique(), new ProcfsTechnique(), new UffdTechnique()));
  }

  @Override
  protected List<String> techniques() {
    return List.of("write-barrier", "procfs", "uffd", "all-dirty");
  }
}
