package dev.ooh.gc.plan;

import dev.ooh.gc.statistics.CycleTimer;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.PageSet;
import java.util.concurrent.CancellationException;

/**
 * A full cycle beside the program, a slice at a time: "mostly parallel", after Boehm, Demers and
 * Shenker (1991). A young cycle's pause is the initial mark. From its roots objects are marked that
 * were old by then or become old meanwhile: younger ones may be freed and their cells used again.
 * What a young one is reachable through was written since, so its page is among those changed,
 * which are visited again: beside the program while that is much, then in the final pause.
 *
 * <p>Who takes the steps holds the heap's lock, or is the only one who does and stands at no poll
 * within a step.
 */
final class FullMark {
  /** Pre-cleaning is repeated at most so often, */
  private static final int PRECLEANINGS = 5;

  /** and while the last one read more slots than this: a millisecond or a few. */
  private static final long MANY = 50_000;

  private final MarkSweep plan;
  private final ContextLock lock;
  private final Marker marker;
  private final CycleTimer timer;

  /** Whether the time between two steps is not the cycle's. */
  private final boolean sliced;

  private volatile boolean cancelled;
  private Stage stage = Stage.BEGIN;
  private Phase phase = Phase.CONCURRENT_MARK;
  private int precleanings;

  /** Slots read before this phase. */
  private long before;

  private PartialTrace trace = PartialTrace.NOTHING;

  /** Whether everything is marked; under the heap's lock. */
  private boolean marked;

  /** What young cycles found changed since the initial mark and was not visited since. */
  private PageSet pending = PageSet.empty();

  private long pagesRescanned;

  private enum Stage {
    BEGIN,
    TRACE,
    FINAL_MARK,
    SWEEP
  }

  /**
   * @param sliced whether others run between two steps, in the same thread
   */
  FullMark(MarkSweep plan, ContextLock lock, Marker marker, CycleTimer timer, boolean sliced) {
    this.plan = plan;
    this.lock = lock;
    this.marker = marker;
    this.timer = timer;
    this.sliced = sliced;
  }

  /** The cycle ends at its next step, without a result. */
  void cancel() {
    cancelled = true;
  }

  /**
   * Does a part of what is to be done: a pause, or some tracing or sweeping beside the program.
   *
   * @param bytes about how much is traced, if it is tracing
   * @return false when the cycle is over
   * @throws CancellationException if it was cancelled
   */
  boolean step(long bytes) throws WritersNotStoppedException {
    checkCancelled();
    switch (stage) {
      case BEGIN -> {
        plan.clearSpare();
        begin(Phase.CONCURRENT_MARK, plan.initialMark(this));
        stage = Stage.TRACE;
        traceSome(bytes);
      }
      case TRACE -> traceSome(bytes);
      case FINAL_MARK -> {
        lock.lock();
        try {
          checkCancelled();
          plan.finalMark(this, timer);
          marked = true;
        } finally {
          lock.unlock();
        }
        stage = Stage.SWEEP;
      }
      // The rest of what allocation sweeps when it comes there.
      case SWEEP -> {
        return plan.sweepSome();
      }
    }
    return true;
  }

  private void traceSome(long bytes) throws WritersNotStoppedException {
    if (sliced) {
      timer.resume();
    }
    boolean more = trace.step(plan, marker, bytes);
    if (sliced || !more) {
      timer.end();
    }
    if (more) {
      return;
    }
    boolean last = precleanings == PRECLEANINGS || marker.slots() - before < MANY;
    if (phase == Phase.CONCURRENT_PRECLEAN && last) {
      stage = Stage.FINAL_MARK;
    } else {
      precleanings++;
      begin(Phase.CONCURRENT_PRECLEAN, plan.preclean(this));
    }
  }

  private void begin(Phase next, PartialTrace toTrace) {
    phase = next;
    before = marker.slots();
    trace = toTrace;
    rescans(toTrace.changed());
    timer.begin(next);
    if (sliced) {
      timer.end();
    }
  }

  void checkCancelled() {
    if (cancelled) {
      throw new CancellationException("the cycle was cancelled");
    }
  }

  /** In a young cycle's pause. */
  void changed(PageSet pages) {
    if (!marked) {
      pending = pending.union(pages);
    }
  }

  /** In a pause: {@link #changed} so far, which is forgotten. */
  PageSet takeChanged() {
    PageSet taken = pending;
    pending = PageSet.empty();
    return taken;
  }

  /** Objects on {@code pages} are searched and traced from again. */
  void rescans(PageSet pages) {
    pagesRescanned += pages.pageCount();
  }

  /** Pages searched so far. */
  long pagesRescanned() {
    return pagesRescanned;
  }
}
