package dev.ooh.epml;

import dev.ooh.conformance.session.SessionContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;

class EpmlSessionTest extends SessionContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new EpmlTechnique();
  }
}
