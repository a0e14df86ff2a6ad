package dev.ooh.epml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which priced events the technique causes: the paper's ids, a pass over pages at a time. */
class EpmlEventsTest {
  private static final long PAGES = 1000;

  /** 448 entries of the guest PML page are filled when its interrupt comes. */
  private static final long INTERRUPTS = PAGES / 448;

  private final EpmlTechnique technique = new EpmlTechnique();
  private AddressSpace space;
  private SimulatedCosts costs;
  private PageSet all;

  @BeforeEach
  void open() {
    open("cost-profile", "sc22");
  }

  @AfterEach
  void close() {
    space.close();
  }

  @Test
  void aPassCounts() throws Exception {
    try (TrackingSession session = technique.open(space)) {
      session.fetch(all, all);
      for (int pass = 0; pass < 3; pass++) {
        TechniqueStatistics before = costs.events();
        write();
        session.fetch(all, all);
        assertThat(priced(before)).isEqualTo(expectedOfAPass());
      }
    }
  }

  private static Map<String, Long> expectedOfAPass() {
    return Map.of(
        "M1",
        2L, // collect and arm
        "M7",
        INTERRUPTS + 1,
        "M8",
        INTERRUPTS + 1,
        "M15",
        PAGES,
        "M18",
        PAGES);
  }

  @Test
  void setUpCountsOnce() throws Exception {
    TechniqueStatistics before = costs.events();
    try (TrackingSession session = technique.open(space)) {
      assertThat(priced(before)).doesNotContainKey("M3");
      session.fetch(all, all);
      session.fetch(all, all);
    }
    Map<String, Long> counts = priced(before);
    assertThat(counts).containsEntry("M3", 1L).containsEntry("M10", 1L);
    assertThat(counts).containsEntry("M4", 1L).containsEntry("M12", 1L);
  }

  @Test
  void aSwitchOfProcessesCounts() throws Exception {
    try (TrackingSession session = technique.open(space);
        AddressSpace child = space.facility(Fork.class).orElseThrow().fork("child")) {
      session.fetch(all, all);
      TechniqueStatistics before = costs.events();
      child.execution().run(() -> true);
      space.execution().run(() -> true);
      // Out: the index is read and logging is stopped. In: the index is reset and logging started.
      assertThat(priced(before)).isEqualTo(Map.of("M7", 1L, "M8", 3L));
    }
  }

  @Test
  void countsAreTheSameUnderEveryProfile() throws Exception {
    TechniqueStatistics paper = eventsOfARun();
    space.close();
    open("cost-profile", "zero");
    assertThat(eventsOfARun()).isEqualTo(paper);
  }

  private TechniqueStatistics eventsOfARun() throws Exception {
    TechniqueStatistics before = costs.events();
    try (TrackingSession session = technique.open(space)) {
      for (int pass = 0; pass < 3; pass++) {
        session.fetch(all, all);
        write();
      }
    }
    return costs.events().minus(before);
  }

  private void open(String setting, String value) {
    space = new VirtualSubstrate().open(SpaceOptions.named("events").with(setting, value));
    costs = space.facility(SimulatedCosts.class).orElseThrow();
    all = space.map(RegionRequest.anonymous("array", PAGES * PageSet.PAGE_SIZE)).pages();
    costs.trackedBytes(all.bytes());
    try {
      write();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void write() throws Exception {
    Memory memory = space.memory();
    space
        .execution()
        .run(
            () -> {
              all.forEachPage(page -> memory.putLong(page, memory.getLong(page) + 1));
              return true;
            });
  }

  /** What was counted since, of the paper's events of tracking: M1, M3 to M18. */
  private Map<String, Long> priced(TechniqueStatistics before) {
    Map<String, Long> counts = new TreeMap<>();
    costs
        .events()
        .minus(before)
        .counts()
        .forEach(
            (id, count) -> {
              if (count != 0 && id.matches("M[0-9]+")) {
                counts.put(id, count);
              }
            });
    return counts;
  }
}
