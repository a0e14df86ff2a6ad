package dev.ooh.tracking;

import dev.ooh.memory.AddressSpace;

/**
 * Is told before counts can no longer be told apart: the way in for meters. A service, called in
 * whatever thread does the work. Must not block, and must not call the core.
 */
@FunctionalInterface
public interface TrackingObserver {
  /**
   * Called when {@code technique} has stopped gathering for {@code space}, because another one took
   * over or the space is about to close; the space can still be asked.
   *
   * @param counts of the space since it was first tracked
   */
  void stopped(AddressSpace space, String technique, TrackingStatistics counts);

  /** Passes on {@link TrackingControl#written}. */
  default void written(AddressSpace space, long pages) {}
}
