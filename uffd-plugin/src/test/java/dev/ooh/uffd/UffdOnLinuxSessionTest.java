package dev.ooh.uffd;

import dev.ooh.conformance.session.SessionContract;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;

/** The same code on real memory; skipped where the kernel refuses it. */
class UffdOnLinuxSessionTest extends SessionContract {
  @Override
  protected Substrate substrate() {
    return new LinuxSubstrate();
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
