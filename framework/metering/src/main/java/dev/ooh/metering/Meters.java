package dev.ooh.metering;

import java.util.List;

/**
 * Every meter: a dotted name, a base unit, what it counts, and the tags besides {@link #SUBSTRATE}
 * and {@link #TECHNIQUE}, which all have, but that {@link #SPACES} has neither and {@link #GC_LIVE}
 * and {@link #GC_HEAP} have no technique. A name either ends with its unit or doesn't hold it, so
 * that a naming convention which appends units, such as that of Prometheus, leaves it there once.
 * All tags have few values, so that sums over them make sense; the name of an address space is not
 * one.
 */
public enum Meters {
  PAGES_WRITTEN(
      "ooh.written.pages",
      "pages",
      "Distinct pages stored to in each interval, as told by programs that know"),
  PAGES_REPORTED(
      "ooh.reported.pages",
      "pages",
      "Pages delivered to consumers in intervals, over-reported ones included"),
  FETCHES("ooh.fetches", "fetches", "Calls that asked which pages changed"),
  SWITCHES("ooh.switches", "switches", "Changes of the active technique, by the one that left"),
  INTERVALS_COMMITTED("ooh.committed.intervals", "intervals", "Intervals ended by a commit"),
  INTERVALS_ABORTED("ooh.aborted.intervals", "intervals", "Intervals ended without a commit"),
  INTERVALS_CONSERVATIVE(
      "ooh.conservative.intervals",
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
  FETCH(
      "ooh.fetch",
      "seconds",
      "A consumer's question until its interval, waiting included (a histogram; measured time only)"),
  REARM(
      "ooh.rearm",
      "seconds",
      "The technique's part of a fetch: gather, and arm anew (a histogram; measured time only)"),
  PAUSE(
      "ooh.pause",
      "seconds",
      "Writers stopped for a technique, each time (a histogram; measured time only)"),
  SPACES("ooh.spaces", "spaces", "Address spaces tracked now (a gauge; no technique)"),
  GC_CYCLES(
      "ooh.gc.cycles", "cycles", "Cycles of the collected heap that ended", "action", "cause"),
  GC_PAUSE(
      "ooh.gc.pause",
      "seconds",
      "Mutators stopped by the collector, from the request to stop on, or waiting for memory (a"
          + " histogram; measured time only)",
      "action",
      "cause"),
  GC_CONCURRENT(
      "ooh.gc.concurrent.phase.time",
      "seconds",
      "The collector's phases beside the program (a histogram; measured time only)",
      "phase"),
  GC_ALLOCATED(
      "ooh.gc.memory.allocated", "bytes", "Bytes allocated between the cycles of collected heaps"),
  GC_PROMOTED(
      "ooh.gc.memory.promoted", "bytes", "Bytes of young objects that survived a young cycle"),
  GC_LIVE(
      "ooh.gc.live.data.size",
      "bytes",
      "Bytes in objects after the last cycle, floating garbage included, in all open spaces (a"
          + " gauge; no technique)"),
  GC_HEAP(
      "ooh.gc.heap.size",
      "bytes",
      "Bytes mapped for objects at the last cycle, in all open spaces (a gauge; no technique)");

  /** The tag that names the substrate: {@code virtual} or {@code linux}. */
  public static final String SUBSTRATE = "substrate";

  /** The tag that names the technique that did the work; {@code none} before the first. */
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
