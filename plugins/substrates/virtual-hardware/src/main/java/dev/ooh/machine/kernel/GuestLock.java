package dev.ooh.machine.kernel;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A re-entrant lock of guest threads with one condition. Only the thread that holds the baton
 * touches it, so its state needs no other guard. A caller that doesn't hold the baton gets an
 * {@link IllegalStateException}; one that doesn't hold the lock, where it must, an {@link
 * IllegalMonitorStateException}.
 */
public final class GuestLock {
  private final Scheduler scheduler;
  private final ArrayDeque<GuestThread> waiters = new ArrayDeque<>();
  private final ArrayDeque<GuestThread> sleepers = new ArrayDeque<>();
  private @Nullable GuestThread owner;
  private int depth;

  /** A free lock for threads of {@code scheduler}. */
  public GuestLock(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Takes the lock, and waits for it while another thread has it. A scheduling point. */
  public void lock() {
    GuestThread me = scheduler.holding();
    scheduler.tick();
    acquire(me, 1);
  }

  /** Undoes one {@link #lock}; the last one lets the longest waiting thread go on. */
  public void unlock() {
    release(owned());
  }

  /** Releases the lock, waits for {@link #signalAll}, takes the lock again. */
  public void await() {
    GuestThread me = owned();
    int held = depth;
    depth = 1;
    release(me);
    sleepers.add(me);
    scheduler.block(me);
    acquire(me, held);
  }

  /** Lets all threads that {@link #await} go on, once they get the lock. */
  public void signalAll() {
    owned();
    sleepers.forEach(scheduler::wake);
    sleepers.clear();
  }

  private void acquire(GuestThread me, int wanted) {
    while (owner != null && owner != me) {
      waiters.add(me);
      scheduler.block(me);
    }
    owner = me;
    depth += wanted;
  }

  private void release(GuestThread me) {
    if (--depth == 0) {
      owner = null;
      GuestThread next = waiters.poll();
      if (next != null) {
        scheduler.wake(next);
      }
    }
  }

  private GuestThread owned() {
    GuestThread me = scheduler.holding();
    if (owner != me) {
      throw new IllegalMonitorStateException(
          "lock is held by %s, wanted %s".formatted(owner == null ? "nobody" : owner, me));
    }
    return me;
  }
}
