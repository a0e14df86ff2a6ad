package dev.ooh.spp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.session.RingTrapsContract;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounts;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.junit.jupiter.api.Test;

/** With granules of a page, as the contract wants whole pages. */
class SppTrapsTest extends RingTrapsContract {
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

  @Test
  void aPageExitsOnceAndPageTablesNever() throws Exception {
    MachineExtensions machine = space().facility(MachineExtensions.class).orElseThrow();
    PageSet all = map(3000);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      EventCounts before = machine.events();
      write(all);
      write(all);
      EventCounts counts = machine.events().minus(before);
      assertThat(counts.get(Event.EPT_VIOLATION_EXIT)).isEqualTo(3000);
      assertThat(counts.get(Event.VM_EXIT)).isEqualTo(3000);
      assertThat(reported(session, all, all)).isEqualTo(all);
    }
  }

  @Test
  void whatIsNoLongerTrackedIsWritableAtFullSpeed() throws Exception {
    MachineExtensions machine = space().facility(MachineExtensions.class).orElseThrow();
    PageSet all = map(64);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
    }
    write(all);
    EventCounts before = machine.events();
    write(all);
    assertThat(machine.events().minus(before).get(Event.TLB_MISS)).isZero();
    assertThat(machine.events().minus(before).get(Event.VM_EXIT)).isZero();
  }
}
