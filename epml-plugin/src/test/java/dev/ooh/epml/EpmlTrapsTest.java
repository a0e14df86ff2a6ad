package dev.ooh.epml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.session.RingTrapsContract;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounts;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.junit.jupiter.api.Test;

class EpmlTrapsTest extends RingTrapsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new EpmlTechnique();
  }

  @Test
  void onlyFinalAccessesAreLoggedAndNothingExits() throws Exception {
    MachineExtensions machine = space().facility(MachineExtensions.class).orElseThrow();
    PageSet all = map(3000);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      EventCounts before = machine.events();
      write(all);
      assertThat(reported(session, all, all)).isEqualTo(all);
      EventCounts counts = machine.events().minus(before);
      assertThat(counts.get(Event.GUEST_PML_LOGGED)).isEqualTo(3000);
      assertThat(counts.get(Event.SELF_IPI)).isEqualTo(3000 / 448);
      assertThat(counts.get(Event.INTERRUPT)).isEqualTo(3000 / 448);
      assertThat(counts.get(Event.GUEST_PML_OVERFLOW)).isZero();
      assertThat(counts.get(Event.VM_EXIT)).isZero();
    }
  }
}
