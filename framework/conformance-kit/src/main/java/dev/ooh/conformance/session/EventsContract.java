package dev.ooh.conformance.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Which priced events a technique causes on a simulated machine: the paper's ids, M1 and M3 to M18,
 * a pass over an array at a time. A subclass says how many, and adds what only its technique
 * counts.
 */
public abstract class EventsContract extends SessionFixture {
  /** In the array. */
  protected static final long PAGES = 1000;

  /** What a pass that writes each page of the array and fetches it counts; zeroes left out. */
  protected abstract Map<String, Long> expectedOfAPass();

  @Override
  protected SpaceOptions options() {
    return SpaceOptions.named("events").with("cost-profile", "sc22");
  }

  @Test
  void aPassCounts() throws Exception {
    PageSet array = array();
    try (TrackingSession session = technique().open(space())) {
      session.fetch(array, array);
      for (int pass = 0; pass < 3; pass++) {
        TechniqueStatistics before = events();
        write(array);
        session.fetch(array, array);
        assertEquals(expectedOfAPass(), since(before), "pass " + pass);
      }
    }
  }

  @Test
  void countsAreTheSameUnderEveryProfile() throws Exception {
    Map<String, Long> paper = eventsOfARun();
    reopen("cost-profile", "zero");
    assertEquals(paper, eventsOfARun());
  }

  private Map<String, Long> eventsOfARun() throws Exception {
    PageSet array = array();
    TechniqueStatistics before = events();
    try (TrackingSession session = technique().open(space())) {
      for (int pass = 0; pass < 3; pass++) {
        session.fetch(array, array);
        write(array);
      }
    }
    return events().minus(before).counts();
  }

  /** What is counted when another process has the processor for a moment. */
  protected final Map<String, Long> eventsOfASwitchOfProcesses() throws Exception {
    PageSet array = array();
    try (TrackingSession session = technique().open(space());
        AddressSpace child = space().facility(Fork.class).orElseThrow().fork("child")) {
      session.fetch(array, array);
      TechniqueStatistics before = events();
      child.execution().run(() -> true);
      inside(() -> {});
      return since(before);
    }
  }

  /** The array, whose pages have been written. */
  protected final PageSet array() throws Exception {
    PageSet array = map((int) PAGES);
    costs().trackedBytes(array.bytes());
    write(array);
    return array;
  }

  /** All that has been counted. */
  protected final TechniqueStatistics events() {
    return costs().events();
  }

  /** What was counted since, of the paper's events of tracking; zeroes left out. */
  protected final Map<String, Long> since(TechniqueStatistics before) {
    Map<String, Long> counts = new TreeMap<>();
    events()
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

  private SimulatedCosts costs() {
    return space().facility(SimulatedCosts.class).orElseThrow();
  }
}
