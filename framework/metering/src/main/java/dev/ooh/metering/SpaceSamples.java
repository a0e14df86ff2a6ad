package dev.ooh.metering;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.Map;

/**
 * What of one address space is in the totals already. Each sample adds what came since the one
 * before, under the technique that gathered meanwhile. For any thread; holds no lock while it calls
 * out, and does not hold the space.
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
  private TrackingStatistics counted = TrackingStatistics.zero();
  private TechniqueStatistics simulated = TechniqueStatistics.none();

  SpaceSamples(Totals totals) {
    this.totals = totals;
  }

  static Tags tags(AddressSpace space, String technique) {
    return Tags.of(Meters.SUBSTRATE, space.substrate(), Meters.TECHNIQUE, technique);
  }

  /** Adds what {@code now} has more; nothing when a later sample overtook it. */
  void sample(AddressSpace space, String technique, TrackingStatistics now) {
    TrackingStatistics fresh;
    synchronized (this) {
      fresh = now.minus(counted);
      if (fresh.fetches() < 0 || fresh.committed() < 0 || fresh.aborted() < 0) {
        return;
      }
      counted = now;
    }
    Tags tags = tags(space, technique);
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
    space.facility(SimulatedCosts.class).ifPresent(machine -> sample(tags, machine));
  }

  private void sample(Tags tags, SimulatedCosts machine) {
    TechniqueStatistics now = machine.events();
    TechniqueStatistics fresh;
    synchronized (this) {
      fresh = now.minus(simulated);
      if (fresh.counts().values().stream().anyMatch(count -> count < 0)) {
        return;
      }
      simulated = now;
    }
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
