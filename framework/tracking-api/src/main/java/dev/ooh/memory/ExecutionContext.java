package dev.ooh.memory;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Where the threads that touch an address space come from. On {@code linux} they are ordinary
 * threads; on {@code virtual} they share one simulated CPU, handed over only at scheduling points
 * (polls, translation misses, locks), so that a run repeats exactly. Programs over tracked memory
 * use this type in place of {@code java.util.concurrent}.
 */
public interface ExecutionContext {
  /**
   * Runs {@code body} as a thread of this context and waits for it; runs it directly when the
   * caller already is one. An exception of the body is thrown as it is.
   */
  <T> T run(Callable<T> body) throws Exception;

  /** Starts a thread of this context: a mutator, a writer. */
  TrackedThread spawn(String name, Runnable body);

  /**
   * Whether the calling thread is one of this context now: started by {@link #spawn}, or within
   * {@link #run}. Only such a thread is stopped by {@link #stopWriters}.
   */
  boolean isMember();

  /**
   * A scheduling point, and a point at which this thread may be stopped. Cheap; call it in loops.
   */
  void poll();

  /**
   * A {@link #poll} at which all of the thread's state is in tracked memory, so that a program
   * restored from there can go on.
   */
  void pollRestartable();

  /**
   * Whether a stop at restartable polls is being waited for. A thread whose next {@link
   * #pollRestartable} is milliseconds away should then go there early. Only a hint, as cheap as
   * {@link #poll}: it says nothing of stops at ordinary polls, and is always false where time is
   * simulated, so that simulated runs don't depend on it.
   */
  default boolean isStopAwaited() {
    return false;
  }

  /** Accounts units of the application's own computation; priced on {@code virtual}, else free. */
  void work(long units);

  /**
   * Runs a call that may block outside tracked memory. Meanwhile the thread counts as stopped at a
   * poll, not at a restartable one, and must not touch tracked memory; it returns only when writers
   * may run.
   */
  <T> T blocked(Callable<T> call) throws Exception;

  /**
   * Runs {@code body} in the calling thread, and at the same time in up to {@code threads - 1}
   * others if the context has processors for more than one thread; returns when all have ended. The
   * others act for the caller: a stop of the caller's own leaves them alone, and as long as they
   * run the caller comes to no poll. They must not poll, lock, stop, or start threads.
   *
   * @param body must do, run once, what is to be done: nobody promises a second thread
   */
  default void together(int threads, Runnable body) {
    body.run();
  }

  /** A new lock with one condition. */
  ContextLock newLock();

  /** Nanoseconds from an arbitrary origin; simulated when {@link #simulatedTime}. */
  long nanoTime();

  /** Whether {@link #nanoTime} is simulated: priced events, not wall time. */
  boolean simulatedTime();

  /**
   * Stops every thread of this context but the caller until the result is closed. A caller within
   * its own stop has it at once, of either kind, and {@link #run runs} what it likes. One stop is
   * in force at a time, and who asks meanwhile waits for its end and counts as stopped.
   *
   * <p>A stop at {@link StopPoint#POLL} is in force from the moment it is asked for: threads come
   * to their next poll and no further. Waiting for a lock, for another thread's end or in {@link
   * #blocked} is as good as a poll.
   *
   * <p>A stop at {@link StopPoint#RESTARTABLE_POLL} is in force once every other thread stands at a
   * restartable poll. Until then only those who arrived stand still: the others run on through
   * ordinary polls, new threads start, and stops at polls come in between, so that a collector in
   * whose cycle a checkpointer asks has its pauses. Nothing but a restartable poll will do, save
   * asking for such a stop oneself: several checkpointers have theirs one after another.
   *
   * @param timeout how long to wait, of wall time
   * @throws WritersNotStoppedException naming the threads that did not stop; all go on then
   */
  StoppedWriters stopWriters(StopPoint at, Duration timeout) throws WritersNotStoppedException;

  /** Where threads may be stopped. */
  enum StopPoint {
    /** At any poll. */
    POLL,
    /** Only at {@link #pollRestartable}. */
    RESTARTABLE_POLL
  }

  /** Writers stand still until this is closed. */
  interface StoppedWriters extends AutoCloseable {
    @Override
    void close();
  }

  /** A thread of the context. */
  interface TrackedThread {
    String name();

    boolean isAlive();

    /**
     * Waits for the end.
     *
     * @throws IllegalStateException if the body threw, with what it threw as the cause
     */
    void join() throws InterruptedException;
  }

  /** A re-entrant lock with one condition; a scheduling point, and a point to be stopped at. */
  interface ContextLock {
    void lock();

    void unlock();

    /** Releases the lock, waits for {@link #signalAll}, takes the lock; may wake early. */
    void await();

    void signalAll();
  }

  /** Some threads did not reach a point to be stopped at in time. */
  final class WritersNotStoppedException extends Exception {
    private static final long serialVersionUID = 1L;

    public WritersNotStoppedException(String message) {
      super(message);
    }
  }
}
