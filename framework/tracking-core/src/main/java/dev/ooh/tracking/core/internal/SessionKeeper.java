package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Opens, asks and closes the sessions of one address space, and keeps their counts. */
final class SessionKeeper {
  private final AddressSpace space;
  private final ExecutionContext execution;
  private final Duration stopLimit;

  private final List<ActiveSession> open = new ArrayList<>();
  private TechniqueStatistics closedSessions = TechniqueStatistics.none();
  private long stoppedNanos;

  SessionKeeper(AddressSpace space, Duration stopLimit) {
    this.space = space;
    this.execution = space.execution();
    this.stopLimit = stopLimit;
  }

  ActiveSession open(Choice choice) throws TrackingException {
    TrackingSession session;
    try {
      session = choice.technique().open(space);
    } catch (TrackingException e) {
      throw e;
    } catch (Throwable t) {
      throw new TrackingException("%s's open threw %s".formatted(choice.name(), t), t);
    }
    ActiveSession opened = new ActiveSession(choice, session, space);
    synchronized (this) {
      open.add(opened);
    }
    return opened;
  }

  /** Fetches, with the writers stopped if the technique needs it; law 8. */
  Gathered fetch(ActiveSession session, PageSet scan, PageSet arm)
      throws TrackingException, WritersNotStoppedException {
    if (!session.needsStoppedWriters()) {
      return session.fetch(scan, arm);
    }
    long from = execution.nanoTime();
    try (StoppedWriters stopped = execution.stopWriters(StopPoint.POLL, stopLimit)) {
      return session.fetch(scan, arm);
    } finally {
      long nanos = execution.nanoTime() - from;
      synchronized (this) {
        stoppedNanos += nanos;
      }
    }
  }

  /** Never throws; closing twice does nothing. */
  void close(ActiveSession session) {
    session.close();
    synchronized (this) {
      if (open.remove(session)) {
        closedSessions = closedSessions.plus(session.statistics());
      }
    }
  }

  synchronized long stoppedNanos() {
    return stoppedNanos;
  }

  TechniqueStatistics statistics() {
    TechniqueStatistics sum;
    List<ActiveSession> sessions;
    synchronized (this) {
      sum = closedSessions;
      sessions = List.copyOf(open);
    }
    // A technique's own code never runs under a monitor that a guest thread may want.
    for (ActiveSession session : sessions) {
      sum = sum.plus(session.statistics());
    }
    return sum;
  }
}
