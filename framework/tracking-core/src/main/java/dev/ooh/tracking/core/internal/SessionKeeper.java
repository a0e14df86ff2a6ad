package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingObserver.Phase;
import dev.ooh.tracking.TrackingSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Opens, asks and closes the sessions of one address space, keeps their counts and times them. */
final class SessionKeeper {
  private final AddressSpace space;
  private final List<ActiveSession> open = new ArrayList<>();
  private final Map<String, TechniqueStatistics> closedSessions = new HashMap<>();
  private final CountsByTechnique counts;
  private final WorkLog log;

  SessionKeeper(AddressSpace space, CountsByTechnique counts, TrackingObserver observer) {
    this.space = space;
    this.counts = counts;
    this.log = new WorkLog(space, observer, counts, this::statistics);
  }

  /** What the sessions do is told here. */
  WorkLog log() {
    return log;
  }

  /** Opens a session; from here on, refused or not, its technique works. */
  ActiveSession open(Choice choice) throws TrackingException {
    log.works(choice.name());
    TrackingSession session;
    try {
      session = Objects.requireNonNull(choice.technique().open(space), "it answered null");
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

  /**
   * Fetches.
   *
   * @param writers stand still if the technique needs it
   */
  Gathered fetch(ActiveSession session, WriterStop writers, PageSet scan, PageSet arm)
      throws TrackingException, WritersNotStoppedException {
    if (!session.needsStoppedWriters()) {
      return rearm(session, scan, arm);
    }
    try {
      writers.require();
      return rearm(session, scan, arm);
    } finally {
      long nanos = writers.takeNanos();
      counts.stopped(session.name(), nanos);
      log.paused(session.name(), nanos);
    }
  }

  private Gathered rearm(ActiveSession session, PageSet scan, PageSet arm)
      throws TrackingException {
    long start = log.start();
    Gathered gathered;
    try {
      gathered = session.fetch(scan, arm);
    } finally {
      log.took(session.name(), Phase.REARM, start);
    }
    log.gathered(session.name(), scan, arm, gathered);
    return gathered;
  }

  /** Never throws; closing twice does nothing. */
  void close(ActiveSession session) {
    session.close();
    synchronized (this) {
      if (open.remove(session)) {
        add(session, closedSessions);
      }
    }
  }

  /** What the sessions count themselves, by technique. */
  private Map<String, TechniqueStatistics> statistics() {
    Map<String, TechniqueStatistics> sums;
    List<ActiveSession> sessions;
    synchronized (this) {
      sums = new HashMap<>(closedSessions);
      sessions = List.copyOf(open);
    }
    // A technique's own code never runs under a monitor that a guest thread may want.
    for (ActiveSession session : sessions) {
      add(session, sums);
    }
    return sums;
  }

  private static void add(ActiveSession session, Map<String, TechniqueStatistics> sums) {
    sums.merge(session.name(), session.statistics(), TechniqueStatistics::plus);
  }
}
