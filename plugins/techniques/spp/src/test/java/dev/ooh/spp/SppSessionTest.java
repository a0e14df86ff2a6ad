package dev.ooh.spp;

import dev.ooh.conformance.session.SessionContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;

/** With granules of a page, as the contract wants whole pages. */
class SppSessionTest extends SessionContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new SppTechnique();
  }

  @Override
  protected SpaceOptions options() {
    return super.options().with("spp.granule", "4096");
  }
}
