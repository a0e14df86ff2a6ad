package dev.ooh.gc.plan;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.MemoryAccessException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** A thread of the collector's own that takes the steps of a {@link FullMark}. */
final class ConcurrentMark implements Runnable {
  private static final System.Logger LOG = System.getLogger(ConcurrentMark.class.getName());

  /** Traced between two polls: some ten microseconds' work. */
  private static final long STEP_BYTES = 32 << 10;

  private final FullMarks plan;
  private final ExecutionContext execution;
  private final FullMark cycle;
  private @Nullable TrackedThread thread;

  ConcurrentMark(FullMarks plan, ExecutionContext execution, FullMark cycle) {
    this.plan = plan;
    this.execution = execution;
    this.cycle = cycle;
  }

  /** Under the heap's lock. */
  void start() {
    thread = execution.spawn("collector", this);
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

  @Override
  public void run() {
    try {
      execution.poll();
      while (cycle.step(STEP_BYTES)) {
        execution.poll();
      }
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
      plan.ended(cycle);
    }
  }
}
