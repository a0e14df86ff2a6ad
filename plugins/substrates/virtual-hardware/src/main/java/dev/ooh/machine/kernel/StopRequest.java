package dev.ooh.machine.kernel;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One Java thread's request that all guest threads but its own stand still. Guarded by the baton's
 * mutex, but for the gates.
 */
final class StopRequest {
  final Thread owner;

  /** Opens when all others stand still. */
  final Gate complete = new Gate();

  /** Opens when they may go on. */
  final Gate released = new Gate();

  final boolean restartable;

  /** How often the owner asked. */
  int depth = 1;

  StopRequest(Thread owner, boolean restartable) {
    this.owner = owner;
    this.restartable = restartable;
  }

  boolean isOwner(GuestThread thread) {
    return thread.carrier() == owner;
  }

  /** Whether the thread stands where it may be stopped. */
  boolean stops(GuestThread thread) {
    return restartable ? thread.place.stopsAtRestartablePoll : thread.place.stopsAtPoll;
  }

  boolean stopsAll(Collection<GuestThread> threads) {
    for (GuestThread thread : threads) {
      if (!isOwner(thread) && !stops(thread)) {
        return false;
      }
    }
    return true;
  }

  /** Names those of {@code threads} that don't stand still. */
  StopTimeoutException timedOut(Collection<GuestThread> threads) {
    String running =
        threads.stream()
            .filter(thread -> !isOwner(thread) && !stops(thread))
            .map(thread -> thread.name() + " (" + place(thread) + ")")
            .collect(Collectors.joining(", "));
    return new StopTimeoutException(
        "writers were not stopped in time; wanted all at a "
            + (restartable ? "restartable poll" : "poll")
            + ", still running: "
            + running);
  }

  private static String place(GuestThread thread) {
    return thread.place.name().toLowerCase(Locale.ROOT);
  }
}
