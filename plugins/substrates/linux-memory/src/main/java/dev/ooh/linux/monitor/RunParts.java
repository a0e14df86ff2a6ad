package dev.ooh.linux.monitor;

import dev.ooh.linux.call.CallException;

/** Goes through runs of pages in parts, each under a lock that others want meanwhile. */
final class RunParts {
  private RunParts() {}

  /** What is done to a part of one run. */
  interface PartAction {
    void apply(long start, long end) throws CallException;
  }

  /**
   * Visits the runs in order. A part ends where a {@linkplain FaultHandler#BLOCK block} does: one
   * that is resolved as a whole is found as a whole, before its writer or after.
   *
   * @param bounds start, end, …
   */
  static void visit(long[] bounds, Object lock, PartAction action) throws CallException {
    for (int run = 0; run < bounds.length; run += 2) {
      long end = bounds[run + 1];
      for (long part = bounds[run]; part < end; ) {
        long next = Math.min((part & -FaultHandler.BLOCK) + FaultHandler.BLOCK, end);
        synchronized (lock) {
          action.apply(part, next);
        }
        part = next;
      }
    }
  }
}
