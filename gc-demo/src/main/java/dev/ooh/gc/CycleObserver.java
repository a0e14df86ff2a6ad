package dev.ooh.gc;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;

/** Looks over the collector's shoulder. */
@FunctionalInterface
public interface CycleObserver {
  /**
   * Called in each cycle by the collecting thread, while mutators are stopped: after the interval
   * was fetched, before anything is traced. May read tracked memory; must not write it, allocate,
   * commit or close.
   *
   * @param watched what was asked about
   */
  void fetched(PageSet watched, Interval interval);
}
