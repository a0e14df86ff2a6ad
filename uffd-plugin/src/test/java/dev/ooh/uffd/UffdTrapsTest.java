package dev.ooh.uffd;

import dev.ooh.conformance.session.TrapsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;

class UffdTrapsTest extends TrapsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new UffdTechnique();
  }
}
