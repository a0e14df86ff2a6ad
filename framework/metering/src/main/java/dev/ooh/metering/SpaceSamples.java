package dev.ooh.metering;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What of one address space is in the totals already. Each sample adds what came since the one
 * before: the core's counts under the technique that each names, the machine's under the one that
 * works. For any thread; holds no lock while it calls out, and does not hold the space.
 */
final class SpaceSamples {
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;
  private static final String EXIT = ".exit";

  /** Counts of all exits together, beside those of each reason. */
  private static final String ANY_EXIT = "vm.exit";

  /** The machine's names for what an interrupt does. */
  private static final Map<String, String> INTERRUPTS =
      Map.of("interrupt", "delivered", "posted.interrupt", "posted", "self.ipi", "self-ipi");

  private final Totals totals;
  private final Map<String, TrackingStatistics> counted = new HashMap<>();
  private TechniqueStatistics simulated = TechniqueStatistics.none();

  /** Empty until the core first says who works. */
  private Optional<String> working = Optional.empty();

  SpaceSamples(Totals totals) {
    this.totals = totals;
  }

  static Tags tags(AddressSpace space, String technique) {
    return Tags.of(Meters.SUBSTRATE, space.substrate(), Meters.TECHNIQUE, technique);
  }

  /**
   * From now on {@code technique} works.
   *
   * @param counts empty when a core begins to track the space: it counts from zero
   */
  void works(AddressSpace space, String technique, Map<String, TrackingStatistics> counts) {
    if (counts.isEmpty()) {
      synchronized (this) {
        counted.clear();
      }
    }
    addCounts(space, counts);
    addMachine(space, technique, true);
  }

  /**
   * Brings the totals up to date.
   *
   * @param active who works, as long as the core has not said so
   */
  void sample(AddressSpace space, String active, Map<String, TrackingStatistics> counts) {
    addCounts(space, counts);
    addMachine(space, active, false);
  }

  private void addCounts(AddressSpace space, Map<String, TrackingStatistics> counts) {
    counts.forEach(
        (technique, now) -> {
          TrackingStatistics fresh;
          synchronized (this) {
            fresh = now.minus(counted.getOrDefault(technique, TrackingStatistics.zero()));
            if (isOvertaken(fresh)) {
              return;
            }
            counted.put(technique, now);
          }
          add(space, tags(space, technique), fresh);
        });
  }

  /** Whether a later sample came first. */
  private static boolean isOvertaken(TrackingStatistics fresh) {
    return fresh.fetches() < 0
        || fresh.pagesReported() < 0
        || fresh.committed() < 0
        || fresh.aborted() < 0
        || fresh.conservative() < 0
        || fresh.switches() < 0
        || fresh.stoppedNanos() < 0
        || isOvertaken(fresh.technique());
  }

  private static boolean isOvertaken(TechniqueStatistics fresh) {
    return fresh.counts().values().stream().anyMatch(count -> count < 0);
  }

  private void add(AddressSpace space, Tags tags, TrackingStatistics fresh) {
    totals.add(Meters.FETCHES, tags, fresh.fetches());
    totals.add(Meters.PAGES_REPORTED, tags, fresh.pagesReported());
    totals.add(Meters.SWITCHES, tags, fresh.switches());
    totals.add(Meters.INTERVALS_COMMITTED, tags, fresh.committed());
    totals.add(Meters.INTERVALS_ABORTED, tags, fresh.aborted());
    totals.add(Meters.INTERVALS_CONSERVATIVE, tags, fresh.conservative());
    String clock = space.execution().simulatedTime() ? "simulated" : "wall";
    totals.add(Meters.WRITERS_STOPPED, tags.and("clock", clock), fresh.stoppedNanos() / NANOS);
    fresh
        .technique()
        .counts()
        .forEach(
            (event, count) -> totals.add(Meters.TECHNIQUE_EVENTS, tags.and("event", event), count));
  }

  private void addMachine(AddressSpace space, String technique, boolean takesOver) {
    Optional<SimulatedCosts> machine = space.facility(SimulatedCosts.class);
    if (machine.isEmpty()) {
      return;
    }
    TechniqueStatistics now = machine.get().events();
    TechniqueStatistics fresh;
    String worked;
    // In one step, so that what is counted from here on goes to the new one whoever samples it.
    synchronized (this) {
      fresh = now.minus(simulated);
      worked = working.orElse(technique);
      working = takesOver ? Optional.of(technique) : working;
      if (isOvertaken(fresh)) {
        return;
      }
      simulated = now;
    }
    add(machine.get(), tags(space, worked), fresh);
  }

  private void add(SimulatedCosts machine, Tags tags, TechniqueStatistics fresh) {
    fresh.counts().forEach((event, count) -> add(tags, event, count));
    SimulatedCosts.Priced priced = machine.price(fresh);
    totals.add(Meters.SIMULATED_COST, tags.and("part", "setup"), priced.setup() / MILLIS);
    totals.add(Meters.SIMULATED_COST, tags.and("part", "tracker"), priced.tracker() / MILLIS);
    totals.add(Meters.SIMULATED_COST, tags.and("part", "impact"), priced.impact() / MILLIS);
    totals.add(Meters.SIMULATED_COST, tags.and("part", "work"), priced.work() / MILLIS);
  }

  private void add(Tags tags, String event, long count) {
    String name = event.toLowerCase(Locale.ROOT).replace('_', '.');
    String interrupt = INTERRUPTS.get(name);
    if (interrupt != null) {
      totals.add(Meters.SIMULATED_INTERRUPTS, tags.and("kind", interrupt), count);
    } else if (name.equals(ANY_EXIT)) {
      return;
    } else if (name.endsWith(EXIT)) {
      String reason = name.substring(0, name.length() - EXIT.length()).replace('.', '-');
      totals.add(Meters.SIMULATED_EXITS, tags.and("reason", reason), count);
    } else {
      totals.add(Meters.SIMULATED_EVENTS, tags.and("event", event), count);
    }
  }
}
