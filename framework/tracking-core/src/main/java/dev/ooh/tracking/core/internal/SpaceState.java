package dev.ooh.tracking.core.internal;

import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.internal.Gate.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which session is active in one address space, which technique is wanted, and what happened.
 *
 * <p>This object's monitor guards all of it. What a lease allows is checked and done in one step
 * under that monitor, and so is the fencing of a lease: what a fenced one still brings is dropped.
 * Below it come the ledger's monitor, then the gate's. No technique's code runs under it.
 */
final class SpaceState {
  private final Ledger ledger;
  private final Gate gate;
  private final Wish wish;
  private final History history = new History();
  private @Nullable ActiveSession active;

  /** What was active when a lease was fenced, until that one's holder comes back. */
  private final Map<Lease, ActiveSession> takenAway = new HashMap<>();

  private boolean reconsider;
  private String failedOnce = "";
  private boolean closed;

  SpaceState(Ledger ledger, Gate gate, Wish wish) {
    this.ledger = ledger;
    this.gate = gate;
    this.wish = wish;
  }

  /**
   * What the holder of a lease has to know to go on.
   *
   * @param active null before the first session is opened
   * @param reconsider whether another technique than the active one may be the one to take
   * @param want the technique that is wanted by name
   * @param fallback what to take instead
   */
  record Situation(
      @Nullable ActiveSession active,
      boolean reconsider,
      Optional<String> want,
      List<String> fallback) {}

  /** How things stand; empty when the tracking has ended. For any thread. */
  synchronized Optional<Situation> situation() {
    return closed
        ? Optional.empty()
        : Optional.of(new Situation(active, reconsider, wish.technique(), wish.fallback()));
  }

  /** As {@link #situation()}, for who works with what is active: empty also when fenced. */
  synchronized Optional<Situation> situation(Lease lease) {
    return gate.holds(lease) ? situation() : Optional.empty();
  }

  /**
   * As {@link #situation(Lease)}, for a holder who reconsiders if there is reason to.
   *
   * @param may false leaves that to the next one
   */
  synchronized Optional<Situation> takeSituation(Lease lease, boolean may) {
    if (!gate.holds(lease)) {
      return Optional.empty();
    }
    boolean due = reconsider;
    reconsider = due && may;
    Optional<Situation> now = situation();
    reconsider = due && !may;
    return now;
  }

  /** Does something that the lease allows; empty when it was fenced. */
  synchronized <T> Optional<T> whileHeld(Lease lease, Supplier<T> what) {
    return gate.holds(lease) ? Optional.of(what.get()) : Optional.empty();
  }

  synchronized Optional<ActiveSession> active() {
    return Optional.ofNullable(active);
  }

  /** The mode by which {@code technique} gathers now; empty when it doesn't. */
  Optional<String> activeMode(TrackingTechnique technique) {
    return active().filter(by -> by.choice().technique() == technique).map(ActiveSession::mode);
  }

  /** Books what a session answered; empty when the lease was fenced. */
  synchronized <T> Optional<T> book(Lease lease, Supplier<T> booking) {
    Optional<T> booked = whileHeld(lease, booking);
    booked.ifPresent(good -> failedOnce = "");
    return booked;
  }

  /**
   * Makes a session the active one. A fenced lease publishes nothing: false then. When the tracking
   * ends meanwhile, who ends it waits for this lease and then closes what was published.
   */
  synchronized boolean publish(Lease lease, ActiveSession session, String how) {
    if (!gate.holds(lease)) {
      return false;
    }
    active = session;
    if (session.choice().insteadOf().isEmpty()) {
      wish.settleFor(session.name());
    }
    history.note("%s %s".formatted(how, session.name()));
    return true;
  }

  /** What became of a failure. */
  enum Failure {
    /** The lease was fenced, so that it is nobody's business any more. */
    FENCED,
    /** A session of the technique may be tried once more from scratch. */
    FIRST,
    /** It failed again without a good answer in between. */
    AGAIN
  }

  /** Books that the active session can't go on. */
  synchronized Failure failed(Lease lease, ActiveSession session, String reason) {
    if (!gate.holds(lease)) {
      return Failure.FENCED;
    }
    boolean again = failedOnce.equals(session.name());
    failedOnce = session.name();
    lose(reason);
    history.note(reason);
    return again ? Failure.AGAIN : Failure.FIRST;
  }

  /** Notes a switch that failed; left without a session, the next fetch opens what is wanted. */
  synchronized void switchFailed(ActiveSession from, Choice to, TrackingException why) {
    active = from.isClosed() && active == from ? null : active;
    history.note(
        "switch from %s to %s failed: %s".formatted(from.name(), to.name(), Reason.of(why)));
  }

  /**
   * The active technique is gone and nothing took over. Whoever fenced the lease has done as much,
   * and another session may be active by now.
   */
  synchronized void departed(Lease lease, String reason) {
    if (gate.holds(lease)) {
      lose(reason);
    }
  }

  /**
   * Takes the gate from a holder that did not come back within {@code millis}; nothing happens when
   * it came in the end. The active session is left to it.
   */
  synchronized void fence(Lease late, String what, long millis) {
    if (!gate.holds(late)) {
      return;
    }
    ActiveSession session = active;
    String reason =
        "%s did not answer within %d ms before %s"
            .formatted(
                session == null ? "a technique that is being tried or opened" : session.name(),
                millis,
                what);
    lose(reason);
    if (session != null) {
      takenAway.put(late, session);
    }
    history.note(reason);
    gate.leave(late);
  }

  /**
   * Ends a lease.
   *
   * @return the session that was active when the lease was fenced, for its holder to close: nobody
   *     else may call it, as it may have been in the middle of a call
   */
  synchronized Optional<ActiveSession> leave(Lease lease) {
    gate.leave(lease);
    return Optional.ofNullable(takenAway.remove(lease));
  }

  private void lose(String reason) {
    active = null;
    ledger.lost(reason);
  }

  /** Notes what an operator wants; who fenced its lease may want something else. */
  synchronized void askFor(Lease lease, String technique) {
    if (gate.holds(lease)) {
      wish.askFor(technique);
    }
  }

  synchronized void fallback(List<String> techniques) {
    wish.fallback(techniques);
    reconsider |= isStopgap();
  }

  /** A technique came: it may be the one wanted. */
  synchronized void arrived(String name) {
    reconsider |= isStopgap() || wish.technique().equals(Optional.of(name));
  }

  /** The active technique is not the one wanted, only what was left. */
  private boolean isStopgap() {
    return active != null && active.choice().insteadOf().isPresent();
  }

  /** From now on nobody opens a session. */
  synchronized void close() {
    closed = true;
  }

  /** Gives up the active session to whoever closes it. */
  synchronized Optional<ActiveSession> takeActive() {
    Optional<ActiveSession> taken = active();
    active = null;
    return taken;
  }

  /** A line a fact; without what the active session itself says. */
  synchronized List<String> explain(List<String> ofTheSession) {
    List<String> lines = new ArrayList<>(wish.explain());
    lines.addAll(ofTheSession);
    lines.addAll(history.lines());
    return lines;
  }

  synchronized List<String> history() {
    return history.lines();
  }
}
