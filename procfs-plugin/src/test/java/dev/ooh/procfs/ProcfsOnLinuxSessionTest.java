package dev.ooh.procfs;

import dev.ooh.conformance.session.SessionContract;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;

/** The same code on real memory; skipped where the kernel refuses it. */
class ProcfsOnLinuxSessionTest extends SessionContract {
  @Override
  protected Substrate substrate() {
    return new LinuxSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new ProcfsTechnique();
  }

  @Override
  protected boolean mayBeRefused() {
    return true;
  }
}
