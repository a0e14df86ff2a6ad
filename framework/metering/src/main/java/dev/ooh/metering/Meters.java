package dev.ooh.metering;

import java.util.List;

/**
 * Every meter: a dotted name, a base unit, what it counts, and the tags besides {@link #SUBSTRATE}
 * and {@link #TECHNIQUE}, which all counters have. All tags have few values, so that sums over them
 * make sense; the name of an address space is not one.
 */
public enum Meters {
  PAGES_WRITTEN(
      "ooh.pages.written",
      "pages",
      "Distinct pages stored to in each interval, as told by programs that know"),
  PAGES_REPORTED(
      "ooh.pages.reported",
      "pages",
      "Pages delivered to consumers in intervals, over-reported ones included"),
  FETCHES("ooh.fetches", "fetches", "Calls that asked which pages changed"),
  SWITCHES("ooh.switches", "switches", "Changes of the active technique, by the one that left"),
  INTERVALS_COMMITTED("ooh.intervals.committed", "intervals", "Intervals ended by a commit"),
  INTERVALS_ABORTED("ooh.intervals.aborted", "intervals", "Intervals ended without a commit"),
  INTERVALS_CONSERVATIVE(
      "ooh.intervals.conservative",
      "intervals",
      "Intervals that reported pages nobody saw written, beyond a region's first"),
  WRITERS_STOPPED(
      "ooh.writers.stopped",
      "seconds",
      "Time in which writers were stopped for a technique; simulated where the tag clock says so",
      "clock"),
  TECHNIQUE_EVENTS(
      "ooh.technique.events", "events", "What the technique counts itself, by its names", "event"),
  SIMULATED_EXITS(
      "ooh.simulated.exits", "exits", "VM exits of the simulated machine, by reason", "reason"),
  SIMULATED_INTERRUPTS(
      "ooh.simulated.interrupts",
      "interrupts",
      "Interrupts of the simulated machine: delivered, posted, self-IPIs",
      "kind"),
  SIMULATED_EVENTS(
      "ooh.simulated.events",
      "events",
      "Everything else that the simulated machine counts; M-numbers are the paper's",
      "event"),
  SIMULATED_COST(
      "ooh.simulated.cost",
      "seconds",
      "What the cost profile says the counted events take: simulated, not measured",
      "part"),
  SPACES("ooh.spaces", "spaces", "Address spaces tracked now (a gauge; no technique)");

  /** The tag that names the substrate: {@code virtual} or {@code linux}. */
  public static final String SUBSTRATE = "substrate";

  /** The tag that names the technique which gathered while this was counted. */
  public static final String TECHNIQUE = "technique";

  private final String meterName;
  private final String unit;
  private final String description;
  private final List<String> tags;

  Meters(String meterName, String unit, String description, String... tags) {
    this.meterName = meterName;
    this.unit = unit;
    this.description = description;
    this.tags = List.of(tags);
  }

  /** The dotted name. */
  public String meterName() {
    return meterName;
  }

  public String unit() {
    return unit;
  }

  public String description() {
    return description;
  }

  /** The tags besides the substrate and the technique. */
  public List<String> tags() {
    return tags;
  }
}
