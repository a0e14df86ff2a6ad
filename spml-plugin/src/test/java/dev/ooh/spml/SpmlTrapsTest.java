package dev.ooh.spml;

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
import dev.ooh.tracking.facility.LiveMigration;
import dev.ooh.tracking.facility.LiveMigration.Migration;
import org.junit.jupiter.api.Test;

class SpmlTrapsTest extends RingTrapsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new SpmlTechnique();
  }

  /** Whatever the guest's entries map, those of the EPT map 4 KiB while they are logged. */
  @Test
  void aPageOf2MiBIsLoggedByPagesOf4KiB() throws Exception {
    MachineExtensions machine = space().facility(MachineExtensions.class).orElseThrow();
    PageSet all = mapHuge(2 * 512);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      EventCounts before = machine.events();
      PageSet some = everyNth(all, 100);
      write(some);
      assertThat(reported(session, all, all)).isEqualTo(some);
      EventCounts counts = machine.events().minus(before);
      assertThat(counts.get(Event.REVERSE_MAPPING)).isEqualTo(some.pageCount());
      assertThat(counts.get(Event.HUGE_PAGE_SPLIT)).isZero();
    }
  }

  @Test
  void aFullLogLosesNothingAndPageTablesAreDropped() throws Exception {
    MachineExtensions machine = space().facility(MachineExtensions.class).orElseThrow();
    LiveMigration hypervisor = space().facility(LiveMigration.class).orElseThrow();
    PageSet all = map(3000);
    write(all);
    try (TrackingSession session = technique().open(space());
        Migration migration = hypervisor.start()) {
      session.fetch(all, all);
      // Page tables log only where somebody cleared the dirty flag of their frames, too.
      migration.round();
      EventCounts before = machine.events();
      write(all);
      EventCounts counts = machine.events().minus(before);
      assertThat(counts.get(Event.PML_FULL_EXIT)).isGreaterThanOrEqualTo(3000 / 512);
      assertThat(counts.get(Event.PML_LOGGED)).isGreaterThan(3000);
      assertThat(reported(session, all, all)).isEqualTo(all);
      assertThat(session.statistics().get("ring.entries")).isEqualTo(3000);
    }
  }
}
