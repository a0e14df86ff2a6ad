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
   * Stops all threads but the caller's, at polls.
   *
   * @param me the caller's thread if it holds the baton
   * @param timeout of wall time
   * @return to let them go on
   * @throws StopTimeoutException naming those that did not stop; all go on then
   */
  Runnable stopOthers(@Nullable GuestThread me, boolean restartable, Duration timeout)
      throws StopTimeoutException {
    long deadline = System.nanoTime() + timeout.toNanos();
    StopRequest mine = null;
    while (mine == null) {
      mine = tryRequestStop(me, restartable, deadline);
    }
    if (mine.depth > 1) {
      return this::releaseStop;
    }
    if (me != null) {
      if (me.awaitGrant(deadline) || !abandonStop(me)) {
        awaitTurn.accept(me);
        return this::releaseStop;
      }
    } else if (mine.complete.await(deadline)) {
      return this::releaseStop;
    }
    throw giveUpStop(mine);
  }

  /** Returns null when another's stop had to be waited for first. */
  private @Nullable StopRequest tryRequestStop(
      @Nullable GuestThread me, boolean restartable, long deadline) throws StopTimeoutException {
    StopRequest request;
    baton.mutex.lock();
    try {
      baton.checkOpen();
      StopRequest active = baton.stop();
      if (active != null && active.owner == Thread.currentThread()) {
        active.depth++;
        return active;
      }
      request = active != null ? active : new StopRequest(Thread.currentThread(), restartable);
      if (active == null) {
        baton.setStop(request);
      }
      if (me != null) {
        baton.handOver(me, Place.STOPPING);
      } else {
        baton.demandAttention();
      }
      if (active == null) {
        return request;
      }
    } finally {
      baton.mutex.unlock();
    }
    if (me != null) {
      awaitTurn.accept(me);
    } else if (!request.released.await(deadline)) {
      throw new StopTimeoutException(
          "writers were not stopped in time: another stop, by "
              + request.owner.getName()
              + ", lasts");
    }
    return null;
  }

  private void releaseStop() {
    baton.mutex.lock();
    try {
      StopRequest active = baton.stop();
      if (active != null && --active.depth == 0) {
        baton.setStop(null);
        active.released.open();
        baton.demandAttention();
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
  private boolean abandonStop(GuestThread me) {
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

  private StopTimeoutException giveUpStop(StopRequest mine) {
    baton.mutex.lock();
    try {
      StopTimeoutException failure = mine.timedOut(baton.threads());
      baton.setStop(null);
      mine.released.open();
      baton.demandAttention();
      return failure;
    } finally {
      baton.mutex.unlock();
    }
  }
}
