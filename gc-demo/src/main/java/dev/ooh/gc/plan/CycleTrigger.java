package dev.ooh.gc.plan;

/**
 * When to collect, and how much. A cycle is due when a third of the heap's size was allocated, as
 * in Boehm GC, and at least a minimum. It is a full one when partial cycles freed too little since
 * the last full one: when what they kept has grown by half, and at least the minimum. Under the
 * heap's lock.
 */
final class CycleTrigger {
  /** 1 / the share of the heap that is allocated between cycles. */
  private static final int HEAP_SHARE = 3;

  private final long minimumBytes;
  private long allocated;
  private long threshold;
  private long fullAbove;
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
   * @param heapBytes that were ever in use
   */
  void cycleDone(boolean full, long liveBytes, long heapBytes) {
    if (full) {
      long growth = Math.max(minimumBytes, liveBytes / 2);
      fullAbove = growth > Long.MAX_VALUE - liveBytes ? Long.MAX_VALUE : liveBytes + growth;
    }
    fullDue = liveBytes > fullAbove;
    threshold = Math.max(minimumBytes, heapBytes / HEAP_SHARE);
    allocated = 0;
  }

  /** No cycle was possible: try again after as much allocation as led to this one. */
  void postpone() {
    allocated = 0;
  }
}
