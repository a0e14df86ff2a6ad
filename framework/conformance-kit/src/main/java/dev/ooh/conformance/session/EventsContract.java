package dev.ooh.conformance.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
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

  /** The same with a tracker in a process of its own. */
  protected Map<String, Long> expectedOfAPassOfItsOwnTracker() {
    return expectedOfAPass();
  }

  /**
   * How often, in such a pass, the processor goes from the tracked process to the tracker or back:
   * at least once each way.
   */
  protected long switchesOfAPass() {
    return 2;
  }

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
  void aPassOfATrackerInAProcessOfItsOwnCounts() throws Exception {
    reopen("tracker", "own-process");
    PageSet array = array();
    try (TrackingSession session = technique().open(space())) {
      Callable<Gathered> fetch = () -> session.fetch(array, array);
      costs().tracking(fetch);
      for (int pass = 0; pass < 3; pass++) {
        write(array);
        costs().tracking(fetch);
        // The tracked process takes over again.
        inside(() -> {});
        TechniqueStatistics before = events();
        space()
            .execution()
            .run(
                () -> {
                  array.forEachPage(page -> space().memory().putLong(page, page));
                  assertEquals(array, costs().tracking(fetch).pages().wholePages());
                  return true;
                });
        assertEquals(expectedOfAPassOfItsOwnTracker(), since(before), "pass " + pass);
        Map<String, Long> counts = events().minus(before).counts();
        // The writer's own thread is switched to, too.
        assertEquals(switchesOfAPass() + 1, counts.get("context.switch"), "switches of threads");
        assertEquals(switchesOfAPass(), counts.get("cr3.load"), "switches of processes");
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
