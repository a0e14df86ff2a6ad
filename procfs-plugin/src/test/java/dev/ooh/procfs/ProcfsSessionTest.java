package dev.ooh.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.session.SessionContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.junit.jupiter.api.Test;

class ProcfsSessionTest extends SessionContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new ProcfsTechnique();
  }

  /** As when a plugin is updated, or a second core tracks the space. */
  @Test
  void whatAnotherSessionClearedIsToldAsALoss() throws Exception {
    PageSet all = map(4);
    try (TrackingSession one = technique().open(space());
        TrackingSession two = technique().open(space())) {
      one.fetch(all, all);
      write(everyNth(all, 3));
      two.fetch(all, all);
      assertThat(one.fetch(all, all).lost()).isNotEmpty();
    }
  }
}
