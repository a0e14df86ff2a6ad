package dev.ooh.uffd;

import dev.ooh.conformance.session.TrapsContract;
import dev.ooh.conformance.tracker.OwnTrackerContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import org.junit.jupiter.api.Nested;

class UffdOwnTrackerTest extends OwnTrackerContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new UffdTechnique();
  }

  @Nested
  class Traps extends TrapsContract {
    @Override
    protected Substrate substrate() {
      return UffdOwnTrackerTest.this.substrate();
    }

    @Override
    protected TrackingTechnique technique() {
      return UffdOwnTrackerTest.this.technique();
    }

    @Override
    protected SpaceOptions options() {
      return UffdOwnTrackerTest.this.options();
    }
  }
}
