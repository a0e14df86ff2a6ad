package dev.ooh.memory.collection;

import dev.ooh.memory.AddressSpace;

/**
 * Is told of each cycle: the way in for meters. A service, called by whichever thread collects, one
 * at a time for each heap. Must not block, and must not allocate from the heap.
 */
@FunctionalInterface
public interface CollectionObserver {
  /** A cycle ended, and mutators go on. */
  void collected(AddressSpace space, CollectionCycle cycle);

  /**
   * A mutator waited for memory, or for a pause that did not come about. What of that is in a
   * cycle's pause is not told: a wait that led to a pause is told in parts.
   *
   * @param technique the one that the last cycle's pages are from; empty before the first
   * @param nanos by the space's clock
   */
  default void stalled(AddressSpace space, String technique, long nanos) {}
}
