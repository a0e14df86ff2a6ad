package dev.ooh.spml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which priced events the technique causes: the paper's ids, a pass over pages at a time. */
class SpmlEventsTest {
  private static final long PAGES = 1000;

  private final SpmlTechnique technique = new SpmlTechnique();
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
        "M1", 3L, // collect, arm, resume
        "M13", 1L,
        "M14", 1L,
        "M17", PAGES,
        "M18", PAGES);
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
    assertThat(counts).containsEntry("M3", 1L).containsEntry("M9", 1L);
    assertThat(counts).containsEntry("M4", 1L).containsEntry("M11", 1L);
  }

  @Test
  void aMappingResolvedOnceIsNotPaidForAgainWithReuse() throws Exception {
    space.close();
    open("reverse-map-reuse", "true");
    try (TrackingSession session = technique.open(space)) {
      session.fetch(all, all);
      write();
      TechniqueStatistics first = costs.events();
      session.fetch(all, all);
      assertThat(priced(first)).containsEntry("M17", PAGES);
      write();
      TechniqueStatistics second = costs.events();
      assertThat(session.fetch(all, all).pages()).isEqualTo(all);
      assertThat(priced(second)).doesNotContainKey("M17").containsEntry("M18", PAGES);
    }
  }

  @Test
  void aBadSettingIsNamed() {
    space.close();
    open("reverse-map-reuse", "perhaps");
    assertThatThrownBy(() -> technique.open(space))
        .isInstanceOf(TrackingException.class)
        .hasMessage("reverse-map-reuse is 'perhaps', wanted true or false");
  }

  @Test
  void aSwitchOfProcessesCounts() throws Exception {
    try (TrackingSession session = technique.open(space);
        AddressSpace child = space.facility(Fork.class).orElseThrow().fork("child")) {
      session.fetch(all, all);
      TechniqueStatistics before = costs.events();
      child.execution().run(() -> true);
      space.execution().run(() -> true);
      // Out: a drain that is part of the interval's one M14. In: logging is resumed.
      assertThat(priced(before)).isEqualTo(Map.of("M13", 1L));
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
