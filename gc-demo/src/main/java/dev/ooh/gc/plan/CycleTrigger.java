package dev.ooh.gc.plan;

/**
 * When to collect, and how much. A cycle is due when half as much as was live last time was
 * allocated, and at least a minimum. It is a full one when the last partial cycle freed too little:
 * less is available than that half, so that the heap would have to grow. Under the heap's lock.
 */
final class CycleTrigger {
  /** 1 / the share of live bytes that is allocated between cycles. */
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
    long share = liveBytes / LIVE_SHARE;
    threshold = Math.max(minimumBytes, share);
    fullDue = !full && availableBytes < Math.min(threshold, share);
    allocated = 0;
  }

  /** No cycle was possible: try again after as much allocation as led to this one. */
  void postpone() {
    allocated = 0;
  }
}
