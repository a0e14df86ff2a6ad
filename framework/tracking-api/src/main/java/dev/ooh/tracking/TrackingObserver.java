package dev.ooh.tracking;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import java.util.Map;
import java.util.Optional;

/**
 * Is told who works for which address space, and for how long: the way in for meters. A service,
 * called in whatever thread does the work, by several threads at once for different spaces. Must
 * not block, and must not call the core.
 */
@FunctionalInterface
public interface TrackingObserver {
  /** A part of the work whose duration is told. */
  enum Phase {
    /** A consumer's whole question, from the call to its interval, waiting included. */
    FETCH,
    /** The technique's part of it: gather what was written and arm for the next interval. */
    REARM,
    /** The time in which writers were stopped for the technique; it contains the re-arming. */
    PAUSE
  }

  /**
   * From now on what the space's substrate counts is the work of {@code technique}, its set-up and
   * its end included; until now it was that of the one told before. The first call for a space,
   * with nothing counted, tells that it is tracked from now on; an observer that comes later is
   * told at once who works.
   *
   * <p>Probes, and a thread that comes back late from a technique that was given up, are not told
   * apart.
   *
   * @param technique empty when none works, as at the end of the tracking; the space can still be
   *     asked then
   * @param counts of the space by the name of the technique that did it, since it was first tracked
   */
  void works(
      AddressSpace space, Optional<String> technique, Map<String, TrackingStatistics> counts);

  /**
   * A part of the work ended, well or not. Only where time is measured: nothing is told of a space
   * whose time is simulated.
   *
   * @param nanos wall-clock time that it took
   */
  default void took(AddressSpace space, String technique, Phase phase, long nanos) {}

  /**
   * A technique answered, for whichever consumer asked, or for a switch: these are the writes that
   * it saw since it was asked before, without the debts that the core adds for each consumer. Told
   * before anybody gets the pages, in the order of the answers; also where time is simulated.
   *
   * @param scan what was asked for
   * @param arm what is watched from now on, of that
   */
  default void gathered(
      AddressSpace space, String technique, PageSet scan, PageSet arm, Gathered gathered) {}

  /**
   * An interval of a consumer ended: it was committed, or gave its pages back, as all do that were
   * fetched after one that does. Told once, in the consumer's thread; also where time is simulated.
   * Those that ended because an abort failed, for want of memory, are not told.
   */
  default void ended(
      AddressSpace space, TrackingConsumer consumer, Interval interval, boolean committed) {}

  /**
   * From now on {@code technique} works in place of the one that was wanted, or of any that sees
   * writes.
   *
   * @param reason why not the wanted one
   */
  default void fellBack(AddressSpace space, String technique, String reason) {}

  /**
   * Passes on {@link TrackingControl#written}.
   *
   * @param technique the one that the space's last interval is from; empty before the first
   */
  default void written(AddressSpace space, Optional<String> technique, long pages) {}
}
