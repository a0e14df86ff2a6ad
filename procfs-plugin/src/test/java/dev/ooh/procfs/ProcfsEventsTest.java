package dev.ooh.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which priced events the technique causes: the paper's ids, a pass over pages at a time. */
class ProcfsEventsTest {
  private static final long PAGES = 1000;

  private final ProcfsTechnique technique = new ProcfsTechnique();
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
        "M5", PAGES, // a fault on each page, for soft-dirty
        "M15", PAGES,
        "M16", PAGES,
        "M1", 2L); // one read of pagemap, one write of clear_refs
  }

  @Test
  void setUpCountsOnce() throws Exception {
    try (TrackingSession session = technique.open(space)) {
      TechniqueStatistics before = costs.events();
      session.fetch(all, all);
      assertThat(priced(before)).isEqualTo(Map.of("M1", 1L, "M15", PAGES));
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
