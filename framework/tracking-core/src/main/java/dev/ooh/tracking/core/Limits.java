package dev.ooh.tracking.core;

import java.time.Duration;

/**
 * How long the core waits, in wall time.
 *
 * @param lease for a running fetch, before a switch, a departure or the end fences it: its late
 *     answer is then discarded and everything counts as changed. And for a trial beside writers
 *     that can't be stopped, before a fetch does so
 * @param departure for the last answer of a technique that goes away
 * @param stopWriters for the writers to stop, for a technique that needs it
 */
public record Limits(Duration lease, Duration departure, Duration stopWriters) {
  public static Limits defaults() {
    return new Limits(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(10));
  }
}
