package dev.ooh.tracking.facility;

/**
 * A memory barrier in every running thread of this process, paid for by the caller alone; {@code
 * membarrier(2)}. So a thread's own fast path needs no barrier against a rare reader.
 */
public interface ProcessFence {
  /**
   * When it returns, each thread of the process has executed a full memory barrier since the call:
   * its earlier stores are visible to the caller, and its later loads see the caller's earlier
   * stores.
   */
  void fence() throws FacilityException;
}
