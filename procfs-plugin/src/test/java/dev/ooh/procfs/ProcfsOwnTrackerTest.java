package dev.ooh.procfs;

import dev.ooh.conformance.session.TrapsContract;
import dev.ooh.conformance.tracker.OwnTrackerContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import org.junit.jupiter.api.Nested;

class ProcfsOwnTrackerTest extends OwnTrackerContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new ProcfsTechnique();
  }

  /** Soft-dirty bits are in the tracked process's page tables. */
  @Override
  protected boolean outlivesItsTracker() {
    return true;
  }

  @Nested
  class Traps extends TrapsContract {
    @Override
    protected Substrate substrate() {
      return ProcfsOwnTrackerTest.this.substrate();
    }

    @Override
    protected TrackingTechnique technique() {
      return ProcfsOwnTrackerTest.this.technique();
    }

    @Override
    protected SpaceOptions options() {
      return ProcfsOwnTrackerTest.this.options();
    }

    @Override
    protected boolean refusesASecondTracker() {
      return false;
    }
  }
}
