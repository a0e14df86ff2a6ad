package dev.ooh.tracking.core.internal;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets one caller at a time at the sessions of a space. Unlike a lock, it can be taken from a
 * holder that doesn't return.
 *
 * <p>Waiting goes through {@link ExecutionContext#blocked}, so that a waiting guest thread lets its
 * machine run and counts as stopped. The gate is never acquired in there: a thread that owned it
 * and could not return because writers are stopped might be what the stopper waits for.
 */
final class Gate {
  /** The right to work with the sessions, until left or fenced. */
  static final class Lease {
    private Lease() {}
  }

  private @Nullable Lease holder;

  Lease enter(ExecutionContext execution) {
    while (true) {
      Optional<Lease> lease = tryEnter();
      if (lease.isPresent()) {
        return lease.get();
      }
      awaitFree(execution, Long.MAX_VALUE);
    }
  }

  /** Enters within {@code limit} of wall time; empty when the holder took longer. */
  Optional<Lease> enter(ExecutionContext execution, Duration limit) {
    long start = System.nanoTime();
    while (true) {
      Optional<Lease> lease = tryEnter();
      long left = limit.toNanos() - (System.nanoTime() - start);
      if (lease.isPresent() || left <= 0) {
        return lease;
      }
      awaitFree(execution, left);
    }
  }

  synchronized boolean holds(Lease lease) {
    return holder == lease;
  }

  /** Ends a lease; nothing happens when it was fenced. */
  synchronized void leave(Lease lease) {
    if (holder == lease) {
      fence();
    }
  }

  /** Ends whatever lease there is, without its holder's help. */
  synchronized void fence() {
    holder = null;
    notifyAll();
  }

  private synchronized Optional<Lease> tryEnter() {
    if (holder != null) {
      return Optional.empty();
    }
    holder = new Lease();
    return Optional.of(holder);
  }

  private void awaitFree(ExecutionContext execution, long nanos) {
    Blocking.call(
        execution,
        () -> {
          waitUntilFree(nanos);
          return null;
        });
  }

  /** Not interruptible: a consumer's fetch has no way to say that it was interrupted. */
  private synchronized void waitUntilFree(long nanos) {
    long start = System.nanoTime();
    boolean interrupted = false;
    long left = nanos;
    while (holder != null && left > 0) {
      try {
        wait(Math.min(left / 1_000_000 + 1, Integer.MAX_VALUE));
      } catch (InterruptedException e) {
        interrupted = true;
      }
      left = nanos - (System.nanoTime() - start);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
