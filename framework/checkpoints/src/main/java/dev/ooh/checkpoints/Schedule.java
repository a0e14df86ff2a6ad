package dev.ooh.checkpoints;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Has something done by the clock. */
final class Schedule {
  private @Nullable ScheduledExecutorService clock;

  /**
   * Begins, a period from now; each time begins a period after the end of the one before.
   *
   * @throws IllegalStateException if it was begun before
   */
  synchronized void begin(Duration period, ThreadFactory threads, Runnable action) {
    if (clock != null) {
      throw new IllegalStateException("checkpoints are taken by the clock already");
    }
    ScheduledExecutorService begun = Executors.newSingleThreadScheduledExecutor(threads);
    long nanos = TimeUnit.NANOSECONDS.convert(period); // as many as there can be, if it has more
    begun.scheduleWithFixedDelay(action, nanos, nanos, TimeUnit.NANOSECONDS);
    clock = begun;
  }

  /** Waits for what is being done, and does no more; an interrupt of the caller is handed on. */
  void end() {
    ScheduledExecutorService ending;
    synchronized (this) {
      ending = clock;
      clock = null;
    }
    if (ending != null) {
      ending.shutdown();
      await(ending);
    }
  }

  private static void await(ScheduledExecutorService ending) {
    boolean interrupted = false;
    while (true) {
      try {
        if (ending.awaitTermination(1, TimeUnit.DAYS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
        ending.shutdownNow();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
