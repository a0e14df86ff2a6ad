package dev.ooh.gc.plan;

/**
 * When to collect, and how much. A cycle is due after a third of what was live last time was
 * allocated, and at least a minimum; it is a full one when the last partial cycle freed too little:
 * when the heap would have to grow before the next one. Under the heap's lock.
 */
final class CycleTrigger {
  private static final int LIVE_SHARE = 2;
  private final long minimumBytes;
  private long allocated;
  private long threshold;
  private boolean fullDue;

  CycleTrigger(long minimumBytes) {
    this.minimumBytes = minimumBytes;
    threshold = minimumBytes;
  }

  void allocated(long bytes) {
    allocated += bytes;
  }

  boolean isDue() {
    return allocated >= threshold;
  }

  boolean isFullDue() {
    return fullDue;
  }

  long allocated() {
    return allocated;
  }

  /**
   * After a cycle.
   *
   * @param liveBytes in objects that were kept
   * @param availableBytes in blocks that can be had without growing the heap
   */
  void cycleDone(boolean full, long liveBytes, long availableBytes) {
    threshold = Math.max(minimumBytes, liveBytes / LIVE_SHARE);
    fullDue = !full && availableBytes < threshold;
    allocated = 0;
  }

  /** No cycle was possible: try again after as much allocation as led to this one. */
  void postpone() {
    allocated = 0;
  }
}
