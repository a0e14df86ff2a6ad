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
   * A mutator waited for memory: for the heap's lock or while something was swept; or for a pause
   * that did not come about. Only what is in no cycle's pause and was not told yet is, and of that
   * only pieces of at least 0.1 ms: of a wait that leads to a pause the part ahead of it is one.
   */
  default void stalled(Pause stall) {}
}
