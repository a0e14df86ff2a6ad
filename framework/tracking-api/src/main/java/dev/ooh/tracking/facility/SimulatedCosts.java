package dev.ooh.tracking.facility;

import dev.ooh.tracking.TechniqueStatistics;

/**
 * What a simulated machine counted, and what its cost profile says that would have cost. Nothing
 * here is measured: all times are simulated.
 */
public interface SimulatedCosts {
  /** The profile's name: {@code sc22}, {@code zero}, or a file. */
  String profile();

  /**
   * Everything counted since the machine started, by event name: the paper's ids ({@code M1}, …)
   * and dotted names of unpriced events. Two values subtract.
   */
  TechniqueStatistics events();

  /**
   * Tells that tracking starts: fixes S, the tracked size by which size-dependent prices are looked
   * up, at {@code bytes}.
   */
  void trackedBytes(long bytes);

  /**
   * Counts what a consumer's own routine did, such as writing a page of a checkpoint ({@code CP}).
   * By a thread of the execution context.
   *
   * @throws IllegalArgumentException if {@code event} is not one that {@link #events} can name
   */
  void count(String event, long times);

  /** Prices a difference of two {@link #events} by the rules for the paper's tables. */
  Priced price(TechniqueStatistics difference);

  /** Simulated milliseconds of one untracked write to a page (row W0), at the current S. */
  double untrackedPageWriteMillis();

  /**
   * Simulated milliseconds.
   *
   * @param setup the ioctls M3 and M4; not part of a slowdown
   * @param tracker M14 to M18: what the tracker itself spends
   * @param impact M1, M5 to M8 and M13: what the tracked program is held up by
   * @param work ordinary work of the guest and of the routine, by assumed prices and CP
   */
  record Priced(double setup, double tracker, double impact, double work) {
    public double total() {
      return setup + tracker + impact + work;
    }
  }
}
