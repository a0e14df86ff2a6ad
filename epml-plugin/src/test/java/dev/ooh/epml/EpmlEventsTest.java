package dev.ooh.epml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.session.EventsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EpmlEventsTest extends EventsContract {
  /** 448 entries of the guest PML page are filled when its interrupt comes. */
  private static final long INTERRUPTS = PAGES / 448;

  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new EpmlTechnique();
  }

  @Override
  protected Map<String, Long> expectedOfAPass() {
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

  /** Logging ends at the switch to the tracker, and begins at the one back by two vmwrites. */
  @Override
  protected Map<String, Long> expectedOfAPassOfItsOwnTracker() {
    Map<String, Long> counts = new HashMap<>(expectedOfAPass());
    counts.put("M8", INTERRUPTS + 1 + 2);
    return counts;
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
    assertThat(counts).containsEntry("M3", 1L).containsEntry("M10", 1L);
    assertThat(counts).containsEntry("M4", 1L).containsEntry("M12", 1L);
  }

  @Test
  void aSwitchOfProcessesCounts() throws Exception {
    // Out: the index is read and logging is stopped. In: the index is reset and logging started.
    assertThat(eventsOfASwitchOfProcesses()).isEqualTo(Map.of("M7", 1L, "M8", 3L));
  }
}
