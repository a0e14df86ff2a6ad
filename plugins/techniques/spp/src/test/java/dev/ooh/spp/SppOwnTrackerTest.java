package dev.ooh.spp;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.session.RingTrapsContract;
import dev.ooh.conformance.tracker.OwnTrackerContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;

/** With granules of a page, as the contracts want whole pages. */
class SppOwnTrackerTest extends OwnTrackerContract {
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

  @Override
  protected Stream<Subject> subjects() {
    return Stream.of(subject(), subject().with("ring-entries", "20"));
  }

  @Nested
  class Traps extends RingTrapsContract {
    @Override
    protected Substrate substrate() {
      return SppOwnTrackerTest.this.substrate();
    }

    @Override
    protected TrackingTechnique technique() {
      return SppOwnTrackerTest.this.technique();
    }

    @Override
    protected SpaceOptions options() {
      return SppOwnTrackerTest.this.options();
    }
  }
}
