package dev.ooh.gc.plan;

import dev.ooh.gc.statistics.CycleTimer;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A full cycle beside the program, in a thread of its own: "mostly parallel", after Boehm, Demers
 * and Shenker (1991). A young cycle's pause is the initial mark. From its roots objects are marked
 * that were old by then or become old meanwhile: younger ones may be freed and their cells used
 * again. What a young one is reachable through was written since, so its page is among those
 * changed, which are visited again: beside the program while that is much, then in the final pause.
 */
final class ConcurrentMark implements Runnable {
  private static final System.Logger LOG = System.getLogger(ConcurrentMark.class.getName());

  /** Pre-cleaning is repeated at most so often, */
  private static final int PRECLEANINGS = 5;

  /** and while the last one traced more objects than this: some milliseconds' work. */
  private static final long MANY = 50_000;

  private final MarkSweep plan;
  private final ExecutionContext execution;
  private final ContextLock lock;
  private final Marker marker;
  private final CycleTimer timer;
  private @Nullable TrackedThread thread;
  private volatile boolean cancelled;

  /** Whether everything is marked; under the heap's lock. */
  private boolean marked;

  /** What young cycles found changed since the initial mark and was not visited since. */
  private PageSet pending = PageSet.empty();

  private long pagesRescanned;

  ConcurrentMark(
      MarkSweep plan,
      ExecutionContext execution,
      ContextLock lock,
      Marker marker,
      CycleTimer timer) {
    this.timer = timer;
    this.plan = plan;
    this.execution = execution;
    this.lock = lock;
    this.marker = marker;
  }

  /** Under the heap's lock. */
  void start() {
    thread = execution.spawn("collector", this);
  }

  /** The cycle ends soon, without a result. */
  void cancel() {
    cancelled = true;
  }

  /** Waits until a cancelled cycle has ended; not under the heap's lock. */
  void join() {
    TrackedThread running = thread;
    if (running == null || !running.isAlive()) {
      return;
    }
    try {
      execution.blocked(
          () -> {
            running.join();
            return 0;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      // The cycle was given up anyway.
      plan.refused(String.valueOf(e.getMessage()));
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

  /** A scheduling point, at which the cycle may end. */
  void poll() {
    execution.poll();
    if (cancelled) {
      throw new CancellationException("the cycle was cancelled");
    }
  }

  @Override
  public void run() {
    try {
      mark();
      sweep();
    } catch (CancellationException e) {
      return;
    } catch (WritersNotStoppedException e) {
      plan.refused(String.valueOf(e.getMessage()));
    } catch (IllegalStateException | MemoryAccessException e) {
      // The next cycle tells a mutator: it finds the same, or knows what verification found.
      plan.distrust();
    } catch (RuntimeException e) {
      // Nobody waits for this thread. What it did not sweep, allocation and the next cycle do.
      plan.distrust();
      LOG.log(System.Logger.Level.WARNING, "the collector's thread ended early", e);
    } catch (Error e) {
      plan.distrust();
      throw e;
    } finally {
      plan.ended(this);
    }
  }

  private void mark() throws WritersNotStoppedException {
    poll();
    plan.clearSpare();
    trace(Phase.CONCURRENT_MARK, plan.initialMark(this));
    for (int round = 0; round < PRECLEANINGS; round++) {
      long before = marker.objects();
      trace(Phase.CONCURRENT_PRECLEAN, plan.preclean(this));
      if (marker.objects() - before < MANY) {
        break;
      }
    }
    lock.lock();
    try {
      poll();
      plan.finalMark(this, timer);
      marked = true;
    } finally {
      lock.unlock();
    }
  }

  /** The rest of what allocation sweeps when it comes there. */
  private void sweep() {
    while (plan.sweepSome()) {
      poll();
    }
  }

  private void trace(Phase phase, Snapshot snapshot) {
    timer.begin(phase);
    rescans(snapshot.changed);
    plan.visitChanged(snapshot.changed, marker, this::poll);
    for (long root : snapshot.roots) {
      marker.visit(root);
      marker.drain(this::poll);
    }
    timer.end();
  }

  /** What a pause leaves to be traced beside the program. */
  record Snapshot(long[] roots, PageSet changed) {}
}
