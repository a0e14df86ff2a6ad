package dev.ooh.tracking.facility;

import dev.ooh.tracking.TechniqueStatistics;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * What a simulated machine counted, and what its cost profile says that would have cost. Nothing
 * here is measured: all times are simulated.
 *
 * <p>What a technique does by the machine's means (system calls, faults, hypercalls, reads of page
 * tables and rings) is counted as it happens and has a price. What it does by itself, such as
 * reading the tracked pages or sorting addresses, takes no simulated time at all.
 */
public interface SimulatedCosts {
  /**
   * Counts accesses of a technique's own to the memory that it tracks, each of at most a page and
   * made within {@link #tracking}. They have a price only in a profile of one's own.
   */
  String TRACKER_ACCESS = "tracker.access";

  /** The profile's name, such as {@code sc22}, or its file. */
  String profile();

  /**
   * Where each price of the profile is from, in a line for people, by the event's name as {@link
   * #events} has it. Empty where nothing is known of that.
   */
  default Map<String, String> sources() {
    return Map.of();
  }

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

  /**
   * Runs a call of a technique, on the caller's thread, and counts {@link #TRACKER_ACCESS} on the
   * way. The core's calls of a session's {@code fetch} are made so.
   *
   * @return what the call returned
   * @throws Exception what the call threw
   */
  default <T> T tracking(Callable<T> call) throws Exception {
    return call.call();
  }

  /** Prices a difference of two {@link #events} by the rules for the paper's tables. */
  Priced price(TechniqueStatistics difference);

  /** Simulated milliseconds of one untracked write to a page (row W0), at the current S. */
  double untrackedPageWriteMillis();

  /**
   * Simulated milliseconds.
   *
   * @param setup the ioctls M3 and M4; not part of a slowdown
   * @param tracker M14 to M18: what the tracker itself spends
   * @param impact M1, M5 to M8, M13 and exits of full logs: what the tracked program is held up by
   * @param work ordinary work of the guest and of the routine, by assumed prices and CP
   */
  record Priced(double setup, double tracker, double impact, double work) {
    public double total() {
      return setup + tracker + impact + work;
    }
  }
}
