package dev.ooh.tracking.core.internal;

import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import java.util.function.Supplier;

/**
 * Law 7: from one session to another without losing a write. The new one is armed before the last
 * fetch of the old one, so that each write is seen by at least one of them.
 *
 * <p>Called by the holder of the lease. What it books in the ledger is right even when that lease
 * was fenced meanwhile: it only adds debts and takes back armed pages.
 */
final class SwitchOver {
  private final SessionKeeper sessions;
  private final Ledger ledger;
  private final Supplier<PageSet> mapped;
  private final WriterStop writers;

  SwitchOver(SessionKeeper sessions, Ledger ledger, Supplier<PageSet> mapped, WriterStop writers) {
    this.writers = writers;
    this.sessions = sessions;
    this.ledger = ledger;
    this.mapped = mapped;
  }

  /**
   * Starts the technique of {@code to} and closes {@code from}.
   *
   * @throws TrackingException when it doesn't start; {@code from} is closed then only if it had to
   *     make room, and everything counts as changed
   */
  ActiveSession run(ActiveSession from, Choice to) throws TrackingException {
    PageSet armed = ledger.armed().intersect(mapped.get());
    ActiveSession next;
    try {
      next = start(to, armed);
    } catch (TrackingException e) {
      return runWithoutOverlap(from, to, e);
    }
    try {
      sessions.log().works(from.name());
      ledger.switched(lastFetch(from), armed);
    } catch (RuntimeException | Error e) {
      sessions.close(next);
      throw e;
    }
    sessions.close(from);
    sessions.log().works(to.name());
    return next;
  }

  /** Where the two can't share a region, nobody sees the writes in between. */
  private ActiveSession runWithoutOverlap(ActiveSession from, Choice to, TrackingException conflict)
      throws TrackingException {
    PageSet armed = ledger.armed().intersect(mapped.get());
    sessions.log().works(from.name());
    ledger.switched(lastFetch(from), PageSet.empty());
    ledger.lost(
        "switch from %s to %s without overlap: %s"
            .formatted(from.name(), to.name(), Reason.of(conflict)));
    sessions.close(from);
    return start(to, armed);
  }

  private ActiveSession start(Choice choice, PageSet armed) throws TrackingException {
    ActiveSession session = sessions.open(choice);
    try {
      sessions.fetch(session, writers, armed, armed).lost().forEach(ledger::assumeEverything);
      return session;
    } catch (TrackingException | RuntimeException | Error e) {
      sessions.close(session);
      throw e;
    } catch (WritersNotStoppedException e) {
      sessions.close(session);
      throw new TrackingException(
          "%s needs stopped writers: %s".formatted(choice.name(), e.getMessage()), e);
    }
  }

  /** A session that can't answer for the last time has lost what it knew. */
  private Gathered lastFetch(ActiveSession from) {
    try {
      PageSet mappedNow = mapped.get();
      return sessions.fetch(from, writers, ledger.armed().intersect(mappedNow), PageSet.empty());
    } catch (TrackingException | WritersNotStoppedException e) {
      return Gathered.lost(
          PageSet.empty(), "%s gave no last answer: %s".formatted(from.name(), e.getMessage()));
    }
  }
}
