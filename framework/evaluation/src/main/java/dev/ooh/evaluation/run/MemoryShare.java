package dev.ooh.evaluation.run;

import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;

/** Lets work begin when there is memory for it, in the order in which it asks. For any thread. */
final class MemoryShare {
  private final int limit;
  private final Semaphore free;

  MemoryShare(int limit) {
    this.limit = limit;
    free = new Semaphore(limit, true);
  }

  /** Runs {@code work} that takes {@code need}; one that needs more than there is runs alone. */
  <T> T with(int need, Callable<T> work) throws Exception {
    int taken = Math.min(need, limit);
    free.acquire(taken);
    try {
      return work.call();
    } finally {
      free.release(taken);
    }
  }
}
