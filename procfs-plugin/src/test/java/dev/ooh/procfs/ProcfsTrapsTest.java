package dev.ooh.procfs;

import dev.ooh.conformance.session.TrapsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;

class ProcfsTrapsTest extends TrapsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new ProcfsTechnique();
  }

  @Override
  protected boolean refusesASecondTracker() {
    return false;
  }
}
