package dev.ooh.barrier;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.session.SessionContract;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import org.junit.jupiter.api.BeforeAll;

/** The contract of a session, on woven real memory. */
class WriteBarrierSessionTest extends SessionContract {
  @BeforeAll
  static void onRealMemory() {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
  }

  @Override
  protected Substrate substrate() {
    return WeavingLoader.linux();
  }

  @Override
  protected TrackingTechnique technique() {
    return new WriteBarrierTechnique();
  }
}
