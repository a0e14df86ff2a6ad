package dev.ooh.linux.monitor;

import java.time.Duration;

/**
 * How long a monitor is waited for.
 *
 * @param stopped how long it may be stopped before the kernel kills it, for whose faults it should
 *     handle wait meanwhile
 * @param answer how long it may take for an answer; where that is less than {@code stopped}, who
 *     asked learns why there was none
 * @param idle how long it stays with nothing to serve
 */
public record MonitorLimits(Duration stopped, Duration answer, Duration idle) {
  /** Those of daily use. */
  public static MonitorLimits usual() {
    return new MonitorLimits(
        Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofSeconds(30));
  }
}
