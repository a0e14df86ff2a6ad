package dev.ooh.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.session.EventsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcfsEventsTest extends EventsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new ProcfsTechnique();
  }

  @Override
  protected Map<String, Long> expectedOfAPass() {
    return Map.of(
        "M5", PAGES, // a fault on each page, for soft-dirty
        "M15", PAGES,
        "M16", PAGES,
        "M1", 2L); // one read of pagemap, one write of clear_refs
  }

  @Test
  void setUpCountsOnce() throws Exception {
    PageSet array = array();
    try (TrackingSession session = technique().open(space())) {
      TechniqueStatistics before = events();
      session.fetch(array, array);
      assertThat(since(before)).isEqualTo(Map.of("M1", 1L, "M15", PAGES));
    }
  }

  /** As CRIU and the collector do, of which the one asks about all that it has to write. */
  @Test
  void anEntryIsReadOfEachPageThatIsAskedAboutArmedOrNot() throws Exception {
    PageSet array = array();
    PageSet half = PageSet.of(array.runStart(0), array.runStart(0) + array.bytes() / 2);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(half, half);
      TechniqueStatistics before = events();
      assertThat(session.fetch(array, half).pages().isEmpty()).isTrue();
      assertThat(since(before)).isEqualTo(Map.of("M1", 1L, "M16", PAGES));
    }
  }
}
