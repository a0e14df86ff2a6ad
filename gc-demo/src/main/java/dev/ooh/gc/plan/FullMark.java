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
 * within a step. Others may {@link #assist}.
 */
final class FullMark {
  /** Pre-cleaning is repeated at most so often, */
  private static final int PRECLEANINGS = 5;

  /** and while the last one read more slots than this: a millisecond or a few. */
  private static final long MANY = 50_000;

  private final FullMarks plan;
  private final ContextLock lock;
  private final SharedTrace trace;
  private final CycleTimer timer;

  /** Whether the time between two steps is not the cycle's. */
  private final boolean sliced;

  private volatile boolean cancelled;
  private volatile boolean hurried;
  private Stage stage = Stage.BEGIN;
  private Phase phase = Phase.CONCURRENT_MARK;
  private int precleanings;

  /**
   * Whether the initial mark was, before which there is nothing to trace; under the heap's lock.
   */
  private boolean begun;

  /** Whether everything is marked; under the heap's lock. */
  private boolean marked;

  /** Whether its thread does nothing more for it; under the heap's lock. */
  private boolean over;

  /** Bytes that threads read that assisted; under the heap's lock. */
  private long assistedBytes;

  /** What was found changed since the initial mark and was not visited since. */
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
  FullMark(FullMarks plan, ContextLock lock, SharedTrace trace, CycleTimer timer, boolean sliced) {
    this.plan = plan;
    this.lock = lock;
    this.trace = trace;
    this.timer = timer;
    this.sliced = sliced;
  }

  /** The cycle ends at its next step, without a result. */
  void cancel() {
    cancelled = true;
  }

  /** Memory is about to run out: rather a longer last pause than one that does all. */
  void hurry() {
    hurried = true;
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
        begin(Phase.CONCURRENT_MARK, plan.initialMark(this, timer));
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
    boolean more = trace.step(bytes);
    boolean precleans = phase == Phase.CONCURRENT_PRECLEAN;
    boolean cut = more && precleans && hurried;
    if (sliced || !more || cut) {
      timer.end();
    }
    if (more && !cut) {
      return;
    }
    boolean last = precleanings == PRECLEANINGS || trace.slots() < MANY;
    if (hurried || (precleans && last)) {
      leaveRest();
      stage = Stage.FINAL_MARK;
    } else {
      precleanings++;
      begin(Phase.CONCURRENT_PRECLEAN, plan.preclean(this));
    }
  }

  /** What precleaning has not come to the last pause has to do. */
  private void leaveRest() {
    lock.lock();
    try {
      changed(trace.rest());
    } finally {
      lock.unlock();
    }
  }

  private void begin(Phase next, PartialTrace toTrace) {
    phase = next;
    trace.begin(toTrace);
    rescans(toTrace.changed());
    timer.begin(next);
    if (sliced) {
      timer.end();
    }
  }

  /**
   * Traces beside the thread whose cycle it is: in one that has allocated, under the heap's lock.
   *
   * @return false when there was nothing to do
   */
  boolean assist(long bytes) {
    long before = assistedBytes;
    timer.help(() -> assistedBytes += trace.assist(bytes));
    return assistedBytes > before;
  }

  /** Bytes that threads that allocate have read. Under the heap's lock. */
  long assistedBytes() {
    return sliced ? trace.readBytes() : assistedBytes;
  }

  /** In the initial mark's pause: from now on others may {@link #assist}. */
  void initialMark() {
    begun = true;
  }

  /** Whether there may be something to trace beside the program. Under the heap's lock. */
  boolean isTracing() {
    return begun && !marked;
  }

  /** Whether everything is marked. Under the heap's lock. */
  boolean isMarked() {
    return marked;
  }

  /** Its thread does nothing more for it. Under the heap's lock. */
  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  void checkCancelled() {
    if (cancelled) {
      throw new CancellationException("the cycle was cancelled");
    }
  }

  /** These pages are to be visited again. Under the heap's lock. */
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
