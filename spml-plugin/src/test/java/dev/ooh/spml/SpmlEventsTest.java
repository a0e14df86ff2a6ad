package dev.ooh.spml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.conformance.session.EventsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpmlEventsTest extends EventsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new SpmlTechnique();
  }

  @Override
  protected Map<String, Long> expectedOfAPass() {
    return Map.of(
        "M1", 3L, // collect, arm, resume
        "M13", 1L,
        "M14", 1L,
        "M17", PAGES,
        "M18", PAGES);
  }

  @Test
  void setUpCountsOnce() throws Exception {
    PageSet array = array();
    TechniqueStatistics before = events();
    try (TrackingSession session = technique().open(space())) {
      assertThat(since(before)).doesNotContainKey("M3");
      session.fetch(array, array);
      session.fetch(array, array);
    }
    Map<String, Long> counts = since(before);
    assertThat(counts).containsEntry("M3", 1L).containsEntry("M9", 1L);
    assertThat(counts).containsEntry("M4", 1L).containsEntry("M11", 1L);
  }

  @Test
  void aMappingResolvedOnceIsNotPaidForAgainWithReuse() throws Exception {
    reopen("reverse-map-reuse", "true");
    PageSet array = array();
    try (TrackingSession session = technique().open(space())) {
      session.fetch(array, array);
      write(array);
      TechniqueStatistics first = events();
      session.fetch(array, array);
      assertThat(since(first)).containsEntry("M17", PAGES);
      write(array);
      TechniqueStatistics second = events();
      assertThat(reported(session, array, array)).isEqualTo(array);
      assertThat(since(second)).doesNotContainKey("M17").containsEntry("M18", PAGES);
    }
  }

  @Test
  void aBadSettingIsNamed() {
    reopen("reverse-map-reuse", "perhaps");
    assertThatThrownBy(() -> technique().open(space()))
        .isInstanceOf(TrackingException.class)
        .hasMessage("setting reverse-map-reuse is 'perhaps', wanted true or false");
  }

  @Test
  void aSwitchOfProcessesCounts() throws Exception {
    // Out: a drain that is part of the interval's one M14. In: logging is resumed.
    assertThat(eventsOfASwitchOfProcesses()).isEqualTo(Map.of("M13", 1L));
  }
}
