package dev.ooh.tracking.core.internal;

import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.internal.Gate.Lease;
import java.util.ArrayList;
import java.util.List;
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

  /** How things stand; empty when the tracking has ended. */
  synchronized Optional<Situation> situation() {
    return closed
        ? Optional.empty()
        : Optional.of(new Situation(active, reconsider, wish.technique(), wish.fallback()));
  }

  /**
   * As {@link #situation}, for a caller who reconsiders if there is reason to.
   *
   * @param may false leaves that to the next one
   */
  synchronized Optional<Situation> takeSituation(boolean may) {
    boolean due = reconsider;
    reconsider = due && may;
    Optional<Situation> now = situation();
    reconsider = due && !may;
    return now;
  }

  synchronized Optional<ActiveSession> active() {
    return Optional.ofNullable(active);
  }

  /** Books what a session answered; empty when the lease was fenced. */
  synchronized <T> Optional<T> book(Lease lease, Supplier<T> booking) {
    if (!gate.holds(lease)) {
      return Optional.empty();
    }
    T booked = booking.get();
    failedOnce = "";
    return Optional.of(booked);
  }

  /**
   * Makes a session the active one. A fenced lease publishes nothing; its holder finds out when it
   * books. When the tracking ends meanwhile, who ends it waits for this lease and then closes what
   * was published.
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

  /** Takes the gate from a holder that did not come back within {@code millis}. */
  synchronized void fence(String what, long millis) {
    String reason =
        "%s did not answer within %d ms before %s"
            .formatted(
                active == null ? "a technique that is being opened" : active.name(), millis, what);
    // Its thread closes it when it comes back; nobody else may call it meanwhile.
    lose(reason);
    history.note(reason);
    gate.fence();
  }

  private void lose(String reason) {
    active = null;
    ledger.lost(reason);
  }

  synchronized void askFor(String technique) {
    wish.askFor(technique);
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
