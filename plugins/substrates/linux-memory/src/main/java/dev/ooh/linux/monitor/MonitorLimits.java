package dev.ooh.linux.monitor;

import java.time.Duration;

/**
 * How long a monitor is waited for, and how much it keeps.
 *
 * @param stopped how long it may be stopped before the kernel kills it, for whose faults it should
 *     handle wait meanwhile
 * @param answer how long it may take for an answer; where that is less than {@code stopped}, who
 *     asked learns why there was none
 * @param idle how long it stays with nothing to serve
 * @param faults how many entries it keeps of each descriptor between two drains, a power of two: a
 *     page takes one, a run of pages two; they are forgotten if more than half of them are left
 *     once neighbours were joined
 */
public record MonitorLimits(Duration stopped, Duration answer, Duration idle, int faults) {
  /**
   * 32 MiB of the monitor's heap, twice while they are sorted: as much as two sessions may want.
   */
  private static final int USUAL_FAULTS = 1 << 22;

  /** Those of daily use. */
  public static MonitorLimits usual() {
    return new MonitorLimits(
        Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofSeconds(30), USUAL_FAULTS);
  }
}
