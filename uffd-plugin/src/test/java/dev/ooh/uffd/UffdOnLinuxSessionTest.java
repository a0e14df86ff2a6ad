package dev.ooh.uffd;

import dev.ooh.conformance.session.SessionContract;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.testing.space.OpenMeanwhile;
import dev.ooh.tracking.TrackingTechnique;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same code on real memory; skipped where the kernel refuses it. */
class UffdOnLinuxSessionTest extends SessionContract {
  private static final LinuxSubstrate LINUX = new LinuxSubstrate();

  /** So that one monitor serves all. */
  @RegisterExtension static final OpenMeanwhile MEANWHILE = new OpenMeanwhile(LINUX);

  @Override
  protected Substrate substrate() {
    return LINUX;
  }

  @Override
  protected TrackingTechnique technique() {
    return new UffdTechnique();
  }

  @Override
  protected boolean mayBeRefused() {
    return true;
  }
}
