package dev.ooh.conformance;

import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Map;

/**
 * What one switch of technique did, and the most that it may do. A switch tries the new technique,
 * opens it, arms it for what the old one has armed, asks the old one a last time and closes it.
 *
 * @param work of sessions and of the kernel's facilities
 * @param events of the simulated machine, of which each is work for one page or one call; none on
 *     others
 */
record SwitchWork(Work work, TechniqueStatistics events) {
  /** The trial of whether writers need to stand still may open one session more. */
  private static final int MOST_SESSIONS = 2;

  /** The new one's first, and the old one's last. */
  private static final int MOST_FETCHES = 2;

  /** Of facilities, the trial's and those that open and close included. */
  private static final int MOST_CALLS = 100;

  /** How often a page may be looked at: registered, armed, read, answered, forgotten. */
  private static final int LOOKS = 4;

  /** The trial's own pages, and what a switch does once. */
  private static final int ONCE = 512;

  static SwitchWork of(World world) {
    return new SwitchWork(
        world.tracking().work().orElse(Work.NONE),
        world
            .space()
            .facility(SimulatedCosts.class)
            .map(SimulatedCosts::events)
            .orElse(TechniqueStatistics.none()));
  }

  SwitchWork minus(SwitchWork before) {
    return new SwitchWork(work.minus(before.work), events.minus(before.events));
  }

  /**
   * @param to the technique that took over
   * @param pages that are watched
   * @throws LawViolation if more was done than {@code pages} take
   */
  void check(String to, long pages) {
    atMost(MOST_SESSIONS, work.sessions(), to, "sessions opened");
    atMost(MOST_FETCHES, work.fetches(), to, "fetches");
    atMost(MOST_CALLS, work.calls(), to, "calls of facilities");
    long most = LOOKS * pages + ONCE;
    atMost(most, work.pages(), to, "pages given to facilities and back");
    atMost(most, work.runs(), to, "runs given to facilities and back");
    for (Map.Entry<String, Long> event : events.counts().entrySet()) {
      if (event.getKey().matches("M[0-9]+")) {
        atMost(most, event.getValue(), to, "events " + event.getKey());
      }
    }
  }

  private static void atMost(long most, long found, String to, String what) {
    if (found > most) {
      throw new LawViolation(
          "law 7: a switch to %s took %d %s, wanted at most %d".formatted(to, found, what, most));
    }
  }
}
