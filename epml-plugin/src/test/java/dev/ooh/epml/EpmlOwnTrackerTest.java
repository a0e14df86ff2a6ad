package dev.ooh.epml;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.session.RingTrapsContract;
import dev.ooh.conformance.tracker.OwnTrackerContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;

class EpmlOwnTrackerTest extends OwnTrackerContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new EpmlTechnique();
  }

  @Override
  protected Stream<Subject> subjects() {
    return Stream.of(subject(), subject().with("ring-entries", "20"));
  }

  @Nested
  class Traps extends RingTrapsContract {
    @Override
    protected Substrate substrate() {
      return EpmlOwnTrackerTest.this.substrate();
    }

    @Override
    protected TrackingTechnique technique() {
      return EpmlOwnTrackerTest.this.technique();
    }

    @Override
    protected SpaceOptions options() {
      return EpmlOwnTrackerTest.this.options();
    }
  }
}
