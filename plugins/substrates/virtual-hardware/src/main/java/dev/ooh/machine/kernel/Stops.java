package dev.ooh.machine.kernel;

import dev.ooh.machine.kernel.GuestThread.Place;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stops a machine's threads, for a caller that needs memory to stand still. */
final class Stops {
  private final Baton baton;
  private final Consumer<GuestThread> awaitTurn;
  private final Consumer<GuestThread> load;

  /**
   * @param awaitTurn lets a thread wait for the baton
   * @param load loads the process of a thread that has taken the baton
   */
  Stops(Baton baton, Consumer<GuestThread> awaitTurn, Consumer<GuestThread> load) {
    this.baton = baton;
    this.awaitTurn = awaitTurn;
    this.load = load;
  }

  /**
   * Stops all threads but the caller's, at polls. Within its own stop the caller has it at once.
   *
   * @param me the caller's thread if it holds the baton
   * @param restartable whether only polls that are declared restartable will do. Until all have
   *     come to one, others may stop everybody at ordinary ones, this caller included
   * @param timeout of wall time
   * @return to let them go on
   * @throws StopTimeoutException naming those that did not stop; all go on then
   */
  Runnable stopOthers(@Nullable GuestThread me, boolean restartable, Duration timeout)
      throws StopTimeoutException {
    long deadline = System.nanoTime() + timeout.toNanos();
    StopRequest mine = new StopRequest(Thread.currentThread(), restartable);
    while (true) {
      StopRequest other;
      baton.mutex.lock();
      try {
        baton.checkOpen();
        StopRequest active = baton.stop();
        if (active != null && active.owner == Thread.currentThread()) {
          active.depth++;
          return () -> release(active);
        }
        other = baton.ask(mine);
        if (me != null) {
          baton.handOver(me, restartable ? Place.CHECKPOINTING : Place.STOPPING);
        } else {
          baton.demandAttention();
        }
      } finally {
        baton.mutex.unlock();
      }
      if (other == null) {
        awaitStill(me, mine, deadline);
        return () -> release(mine);
      }
      awaitEnd(me, other, deadline);
    }
  }

  private void awaitEnd(@Nullable GuestThread me, StopRequest other, long deadline)
      throws StopTimeoutException {
    if (me != null) {
      awaitTurn.accept(me);
    } else if (!other.released.await(deadline)) {
      throw new StopTimeoutException(
          "writers were not stopped in time: another stop, by "
              + other.owner.getName()
              + ", lasts");
    }
  }

  private void awaitStill(@Nullable GuestThread me, StopRequest mine, long deadline)
      throws StopTimeoutException {
    if (me == null) {
      if (!mine.complete.await(deadline)) {
        giveUp(mine);
      }
    } else if (me.awaitGrant(deadline) || !abandon(me)) {
      awaitTurn.accept(me);
    } else {
      throw end(mine);
    }
  }

  private void release(StopRequest mine) {
    baton.mutex.lock();
    try {
      if (--mine.depth == 0) {
        baton.end(mine);
      }
    } finally {
      baton.mutex.unlock();
    }
  }

  /**
   * The caller stops waiting for the CPU. It takes it if it is free, and else goes on without it
   * (adrift).
   *
   * @return false if the CPU came at the last moment, and all others stand still
   */
  private boolean abandon(GuestThread me) {
    boolean seized;
    baton.mutex.lock();
    try {
      if (me.isGranted()) {
        return false;
      }
      baton.unready(me);
      seized = baton.seize(me);
      if (!seized) {
        me.adrift = true;
        me.place = Place.OUTSIDE;
      }
    } finally {
      baton.mutex.unlock();
    }
    if (seized) {
      load.accept(me);
    }
    return true;
  }

  /** Returns if all stand still at the last moment. */
  private void giveUp(StopRequest mine) throws StopTimeoutException {
    baton.mutex.lock();
    try {
      if (!mine.complete.isOpen()) {
        throw end(mine);
      }
    } finally {
      baton.mutex.unlock();
    }
  }

  private StopTimeoutException end(StopRequest mine) {
    baton.mutex.lock();
    try {
      StopTimeoutException failure = mine.timedOut(baton.threads());
      baton.end(mine);
      return failure;
    } finally {
      baton.mutex.unlock();
    }
  }
}
