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

  /** One dirty flag for 512 pages: one entry of the log, and one flag to clear. */
  @Test
  void aPageOf2MiBIsLoggedOnceAndReportedWhole() throws Exception {
    MachineExtensions machine = space().facility(MachineExtensions.class).orElseThrow();
    PageSet all = mapHuge(2 * 512);
    PageSet second = PageSet.of(all.runStart(0) + 512 * PAGE, all.runEnd(0));
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      for (int pass = 0; pass < 2; pass++) {
        EventCounts before = machine.events();
        write(everyNth(second, 100));
        assertThat(reported(session, all, all)).isEqualTo(second);
        EventCounts counts = machine.events().minus(before);
        assertThat(counts.get(Event.GUEST_PML_LOGGED)).isEqualTo(1);
        assertThat(counts.get(Event.CLEAR_REFS)).isEqualTo(1);
        assertThat(counts.get(Event.RING_BUFFER_COPY)).isEqualTo(512);
      }
      assertThat(reported(session, all, all).isEmpty()).isTrue();
    }
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
