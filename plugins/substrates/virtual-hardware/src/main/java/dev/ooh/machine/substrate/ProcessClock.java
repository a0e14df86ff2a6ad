package dev.ooh.machine.substrate;

import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.event.EventCounts;
import dev.ooh.machine.kernel.UserProcess;

/**
 * What a machine did since it started, in simulated milliseconds, as one of its processes' clock
 * shows it. Prices depend on the tracked size, or as long as nobody told it on what the process has
 * mapped. When that changes, what the clock has shown stays, and what was done since is added at
 * the prices of now: so the clock never goes back. At instruction boundaries only.
 */
final class ProcessClock {
  private final VirtualCosts costs;
  private final UserProcess process;

  /** Of what was done, that which keeps its price; and how much it cost. */
  private EventCounts kept = new EventCounters().counts();

  private double keptMillis;

  /** What was done when the clock was last looked at, and the size by which that was priced. */
  private EventCounts shown = kept;

  private long size;

  ProcessClock(VirtualCosts costs, UserProcess process) {
    this.costs = costs;
    this.process = process;
  }

  /**
   * What the clock shows.
   *
   * @param done by the machine since it started
   */
  double millis(EventCounts done) {
    long sizeNow = costs.size(process);
    if (sizeNow != size) {
      keptMillis += costs.millis(shown.minus(kept), size);
      kept = shown;
      size = sizeNow;
    }
    shown = done;
    return keptMillis + costs.millis(done.minus(kept), size);
  }
}
