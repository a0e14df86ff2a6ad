package dev.ooh.uffd;

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

class UffdEventsTest extends EventsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new UffdTechnique();
  }

  @Override
  protected Map<String, Long> expectedOfAPass() {
    return Map.of(
        "M5", PAGES,
        "M6", PAGES,
        "M1", PAGES + 1); // the handler unprotects each page, the tracker protects all
  }

  /** To the handler and back at each fault, and once for the fetch. */
  @Override
  protected long switchesOfAPass() {
    return 2 * PAGES + 2;
  }

  @Test
  void setUpCountsOnce() throws Exception {
    PageSet array = array();
    try (TrackingSession session = technique().open(space())) {
      TechniqueStatistics before = events();
      session.fetch(array, array);
      assertThat(since(before)).isEqualTo(Map.of("M1", 2L));
    }
  }
}
