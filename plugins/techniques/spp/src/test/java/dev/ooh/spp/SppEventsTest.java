package dev.ooh.spp;

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

class SppEventsTest extends EventsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new SppTechnique();
  }

  @Override
  protected Map<String, Long> expectedOfAPass() {
    return Map.of(
        "M1", 2L, // collect, arm
        "M13", PAGES, // a store to one sub-page of each
        "M14", 1L,
        "M15", PAGES,
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
    assertThat(since(before)).containsEntry("M3", 1L).containsEntry("M4", 1L);
  }

  @Test
  void eachSubPageThatIsWrittenExitsOnceAndAPageTakesOneEntry() throws Exception {
    PageSet array = array();
    try (TrackingSession session = technique().open(space())) {
      session.fetch(array, array);
      TechniqueStatistics before = events();
      fill(array);
      fill(array);
      assertThat(since(before)).isEqualTo(Map.of("M13", 32 * PAGES));
      assertThat(reported(session, array, array)).isEqualTo(array);
      assertThat(since(before)).containsEntry("M17", PAGES).containsEntry("M18", PAGES);
    }
  }

  @Test
  void aLargerGranuleExitsLess() throws Exception {
    reopen("spp.granule", "1024");
    PageSet array = array();
    try (TrackingSession session = technique().open(space())) {
      session.fetch(array, array);
      TechniqueStatistics before = events();
      fill(array);
      assertThat(since(before)).isEqualTo(Map.of("M13", 4 * PAGES));
    }
  }

  @Test
  void aSwitchOfProcessesCountsNothing() throws Exception {
    assertThat(eventsOfASwitchOfProcesses()).isEmpty();
  }

  @Test
  void aBadSettingIsNamed() {
    reopen("spp.granule", "64");
    assertThatThrownBy(() -> technique().open(space()))
        .isInstanceOf(TrackingException.class)
        .hasMessage("setting spp.granule is '64', wanted a power of two from 128 to 4096");
  }

  private void fill(PageSet pages) throws Exception {
    inside(() -> space().memory().fill(pages.runStart(0), pages.bytes(), (byte) 1));
  }
}
