package dev.ooh.gc.statistics;

/**
 * Is told what the collector does. Called under the heap's lock, while mutators run but for those
 * that want memory; must not allocate from the heap. What it throws is logged and goes no further.
 * All methods do nothing unless overridden.
 */
public interface CycleListener {
  /** A full cycle beside the program begins; it may end without a word, when it is given up. */
  default void concurrentBegins(long number, Cause cause) {}

  /** A cycle ended, in the order of their ends. */
  default void ended(CycleRecord cycle) {}

  /**
   * A mutator waited for memory, or for a pause that did not come about. Only what is in no cycle's
   * pause is told, and of that only what is longer than the way into a pause and out of it.
   */
  default void stalled(Pause stall) {}
}
