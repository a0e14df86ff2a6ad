package dev.ooh.tracking.core.internal;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets one caller at a time at the sessions of a space, in the order in which they came: who
 * fetches in a loop can't keep a switch waiting. Unlike a lock, it can be taken from a holder that
 * doesn't return.
 *
 * <p>Waiting goes through {@link ExecutionContext#blocked}, so that a waiting guest thread lets its
 * machine run and counts as stopped. The gate is never acquired in there: a thread that owned it
 * and could not return because writers are stopped might be what the stopper waits for. For the
 * same reason whoever is next must come within the patience of those behind, or they pass it by.
 */
final class Gate {
  private static final Duration PATIENCE = Duration.ofMillis(50);

  /**
   * The right to work with the sessions, until left or fenced; before that, a place in the queue.
   */
  static final class Lease {
    private volatile boolean exposed;

    private Lease() {}

    /**
     * Whether its holder does what may have to wait for the end of a stop of writers. Who stopped
     * them may wait for the gate, and is to take it away then.
     */
    boolean isExposed() {
      return exposed;
    }

    /** As {@link #isExposed} says, if {@code really}, until what is returned is closed. */
    Exposure expose(boolean really) {
      exposed = really;
      return () -> exposed = false;
    }

    interface Exposure extends AutoCloseable {
      @Override
      void close();
    }
  }

  private final long patience;
  private final Deque<Lease> queue;
  private @Nullable Lease holder;

  /** When the holder entered, by {@link System#nanoTime}. */
  private long heldSince;

  /** When the gate became free, by {@link System#nanoTime}. */
  private long freeSince;

  Gate() {
    this(PATIENCE, new ArrayDeque<>());
  }

  /**
   * @param patience how long a free gate is kept for whoever is next
   * @param queue holds those who wait; touched under this gate's monitor
   */
  Gate(Duration patience, Deque<Lease> queue) {
    this.patience = patience.toNanos();
    this.queue = queue;
  }

  Lease enter(ExecutionContext execution) {
    return enter(execution, Duration.ofNanos(Long.MAX_VALUE), late -> {});
  }

  /**
   * Enters, unless one holder takes longer than {@code limit} of wall time: empty then. Several in
   * the queue may each take as long.
   */
  Optional<Lease> enter(ExecutionContext execution, Duration limit) {
    return enter(execution, limit.toNanos(), late -> false);
  }

  /**
   * Enters.
   *
   * @param late told of each holder that takes longer than {@code limit} of wall time, and once
   *     more whenever it takes as long again; whoever waits may end its lease
   */
  Lease enter(ExecutionContext execution, Duration limit, Consumer<Lease> late) {
    Predicate<Lease> andGoOn =
        holder -> {
          late.accept(holder);
          return true;
        };
    return enter(execution, limit.toNanos(), andGoOn).orElseThrow();
  }

  /**
   * @param goOn whether to go on waiting for a holder that takes longer than {@code limit}
   */
  private Optional<Lease> enter(ExecutionContext execution, long limit, Predicate<Lease> goOn) {
    long since = System.nanoTime();
    Lease lease = new Lease();
    join(lease);
    try {
      while (!tryEnter(lease)) {
        Optional<Lease> late = late(limit, since);
        if (late.isPresent()) {
          if (!goOn.test(late.get())) {
            return Optional.empty();
          }
          since = System.nanoTime(); // or it would be late, and looked at, all the time
        }
        long start = since;
        Blocking.call(
            execution,
            () -> {
              awaitTurn(lease, limit, start);
              return null;
            });
      }
      return Optional.of(lease);
    } finally {
      leaveQueue(lease);
    }
  }

  synchronized boolean holds(Lease lease) {
    return holder == lease;
  }

  /** Ends a lease, with its holder's help or without; nothing happens when it has ended. */
  synchronized void leave(Lease lease) {
    if (holder == lease) {
      holder = null;
      freeSince = System.nanoTime();
      notifyAll();
    }
  }

  private synchronized void join(Lease lease) {
    queue.addLast(lease);
  }

  /** Whoever entered has left it already. */
  private synchronized void leaveQueue(Lease lease) {
    if (queue.remove(lease)) {
      notifyAll();
    }
  }

  private synchronized boolean tryEnter(Lease lease) {
    if (untilTurn(lease) > 0) {
      return false;
    }
    queue.remove(lease);
    holder = lease;
    heldSince = System.nanoTime();
    return true;
  }

  /** The holder, if it has kept one waiting since {@code start} for longer than {@code limit}. */
  private synchronized Optional<Lease> late(long limit, long start) {
    return left(limit, start) > 0 ? Optional.empty() : Optional.ofNullable(holder);
  }

  /** Nanoseconds left to the holder, who kept one waiting since {@code start}. */
  private long left(long limit, long start) {
    long now = System.nanoTime();
    return holder == null ? limit : limit - Math.min(now - start, now - heldSince);
  }

  /** Nanoseconds until {@code lease} may enter, as far as is known. */
  private long untilTurn(Lease lease) {
    if (holder != null) {
      return Long.MAX_VALUE;
    }
    return queue.peekFirst() == lease ? 0 : freeSince + patience - System.nanoTime();
  }

  /** Not interruptible: a consumer's fetch has no way to say that it was interrupted. */
  private synchronized void awaitTurn(Lease lease, long limit, long start) {
    boolean interrupted = false;
    while (true) {
      long left = Math.min(left(limit, start), untilTurn(lease));
      if (left <= 0) {
        break;
      }
      try {
        wait(Math.min(left / 1_000_000 + 1, Integer.MAX_VALUE));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
