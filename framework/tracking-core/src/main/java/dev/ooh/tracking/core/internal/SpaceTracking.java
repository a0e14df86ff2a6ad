package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.Limits;
import dev.ooh.tracking.core.internal.Gate.Lease;
import dev.ooh.tracking.core.internal.TechniqueRegistry.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tracking of one address space: opens, leases, switches and closes sessions, and books what
 * they report in the {@link Ledger}. Whoever works with a session holds the {@link Gate}'s lease;
 * what a fenced lease still brings is dropped, because each booking checks the lease while it holds
 * the ledger.
 */
final class SpaceTracking {
  private final AddressSpace space;
  private final ExecutionContext execution;
  private final Consumer<AddressSpace> onClosing;
  private final TrackingObserver observer;
  private final Selector selector;
  private final Limits limits;
  private final Ledger ledger = new Ledger();
  private final Gate gate = new Gate();
  private final SessionKeeper sessions;
  private final SpaceEvents events = new SpaceEvents(ledger, this::closing);

  // Guarded by the ledger.
  private final Wish wish;
  private final History history = new History();
  private @Nullable ActiveSession active;
  private boolean reconsider;
  private String failedOnce = "";
  private long switches;
  private boolean closed;

  /**
   * @param onClosing called when the space closes
   * @param observer told of a technique's last counts; throws nothing
   */
  SpaceTracking(
      AddressSpace space,
      TechniqueRegistry registry,
      Limits limits,
      Wish wish,
      Consumer<AddressSpace> onClosing,
      TrackingObserver observer) {
    this.space = space;
    this.execution = space.execution();
    this.onClosing = onClosing;
    this.observer = observer;
    this.limits = limits;
    this.selector = new Selector(space, registry, limits, this::activeMode);
    this.sessions = new SessionKeeper(space, limits.stopWriters());
    this.wish = wish;
  }

  // What consumers ask.

  /** See {@link dev.ooh.memory.IntervalSource#fetch}. */
  Interval fetch(TrackingConsumer consumer, PageSet scan, PageSet arm) {
    Lease lease = gate.enter(execution);
    try {
      PageSet mapped = mapped();
      PageSet alwaysDirty = space.alwaysDirty();
      while (true) {
        Optional<Interval> interval =
            fetch(lease, consumer, scan.intersect(mapped), arm.intersect(mapped), alwaysDirty);
        if (interval.isPresent()) {
          return interval.get();
        }
      }
    } finally {
      gate.leave(lease);
    }
  }

  /** Empty when the session failed and another one is to be tried; the built-in one never fails. */
  private Optional<Interval> fetch(
      Lease lease, TrackingConsumer consumer, PageSet scan, PageSet arm, PageSet alwaysDirty) {
    ActiveSession session = session(lease);
    String name = session.name();
    try {
      tellUnmapped(session);
      Gathered gathered = sessions.fetch(session, scan, arm);
      synchronized (ledger) {
        if (gate.holds(lease)) {
          failedOnce = "";
          return Optional.of(ledger.deliver(consumer, scan, arm, gathered, alwaysDirty, name));
        }
      }
    } catch (WritersNotStoppedException e) {
      // Nothing was read or cleared, so the session still knows what it knew.
      String reason = "%s needs stopped writers: %s".formatted(name, e.getMessage());
      return Optional.of(ledger.deliverAll(consumer, scan, name, reason));
    } catch (TrackingException e) {
      if (replaceFailed(lease, session, e)) {
        return Optional.empty();
      }
    }
    sessions.close(session);
    return Optional.of(
        ledger.deliverAll(consumer, scan, name, name + " answered after it was given up"));
  }

  /** The session to ask now, opened or switched to if need be. */
  private ActiveSession session(Lease lease) {
    ActiveSession current;
    boolean again;
    Optional<String> want;
    List<String> otherwise;
    synchronized (ledger) {
      if (closed) {
        throw new IllegalStateException(
            "address space " + space.name() + " is not tracked any more");
      }
      current = active;
      again = reconsider;
      reconsider = false;
      want = wish.technique();
      otherwise = wish.fallback();
    }
    if (current == null) {
      return open(lease, want, otherwise);
    }
    if (again) {
      Choice choice = selector.choose(want, otherwise);
      if (choice.technique() != current.choice().technique()) {
        try {
          return switchTo(lease, current, choice);
        } catch (TrackingException e) {
          // A fenced lease says nothing of the technique.
          if (gate.holds(lease)) {
            selector.setAside(choice.name(), e);
          }
          return session(lease);
        }
      }
    }
    return current;
  }

  private ActiveSession open(Lease lease, Optional<String> want, List<String> otherwise) {
    while (true) {
      Choice choice = selector.choose(want, otherwise);
      try {
        ActiveSession session = sessions.open(choice);
        publish(lease, session, "opened");
        return session;
      } catch (TrackingException e) {
        selector.setAside(choice.name(), e);
      }
    }
  }

  /**
   * A fenced lease publishes nothing; its holder finds out when it books. When the tracking ends
   * meanwhile, who ends it waits for this lease and then closes what was published.
   */
  private boolean publish(Lease lease, ActiveSession session, String how) {
    synchronized (ledger) {
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
  }

  /**
   * Books that a session can't go on. It is tried once more from scratch; failing again without a
   * good answer in between sets its technique aside.
   *
   * @return false when the lease was fenced, so that the failure is nobody's business any more
   */
  private boolean replaceFailed(Lease lease, ActiveSession session, TrackingException failure) {
    String reason = "%s failed: %s".formatted(session.name(), Reason.of(failure));
    boolean again;
    synchronized (ledger) {
      if (!gate.holds(lease)) {
        return false;
      }
      again = failedOnce.equals(session.name());
      failedOnce = session.name();
      active = null;
      ledger.lost(reason);
      history.note(reason);
    }
    sessions.close(session);
    if (again) {
      selector.setAside(session.name(), failure);
    }
    return true;
  }

  private ActiveSession switchTo(Lease lease, ActiveSession from, Choice to)
      throws TrackingException {
    ActiveSession next;
    try {
      next = new SwitchOver(sessions, ledger, this::mapped).run(from, to);
    } catch (TrackingException e) {
      synchronized (ledger) {
        // Left null, the next fetch opens what is wanted, which still is the old one.
        active = from.isClosed() && active == from ? null : active;
        history.note(
            "switch from %s to %s failed: %s".formatted(from.name(), to.name(), Reason.of(e)));
      }
      throw e;
    }
    synchronized (ledger) {
      switches++;
    }
    observer.stopped(space, from.name(), statistics());
    if (!publish(lease, next, "switched from %s to".formatted(from.name()))) {
      sessions.close(next);
      throw new TrackingException(
          "switch of %s to %s was given up".formatted(space.name(), to.name()));
    }
    return next;
  }

  // What operators and bundles want.

  /**
   * See {@link dev.ooh.tracking.TrackingControl#use(AddressSpace, String)}. Waits for a running
   * fetch, with a limit.
   */
  void use(Entry entry) throws TrackingException {
    selector.require(entry);
    Lease lease = enterOrFence("a switch to " + entry.name());
    try {
      ActiveSession current;
      synchronized (ledger) {
        current = active;
      }
      if (current != null && current.choice().technique() != entry.technique()) {
        switchTo(lease, current, Choice.of(entry));
      }
      if (current != null) {
        selector.opened();
      }
      synchronized (ledger) {
        wish.askFor(entry.name());
      }
    } finally {
      gate.leave(lease);
    }
  }

  /**
   * See {@link dev.ooh.tracking.core.TrackingCore#start}.
   *
   * @throws TrackingException if only a stopgap could be started, saying why
   */
  void start() throws TrackingException {
    Lease lease = gate.enter(execution);
    try {
      Optional<String> stopgap = session(lease).choice().insteadOf();
      if (stopgap.isPresent()) {
        throw new TrackingException(stopgap.get());
      }
    } finally {
      gate.leave(lease);
    }
  }

  /** Tries a technique for this space, as an operator asks for it. */
  void require(Entry entry) throws TrackingException {
    selector.require(entry);
  }

  /** Tries a technique for this space. */
  Probe probe(Entry entry) {
    return selector.probe(entry);
  }

  /** See {@link dev.ooh.tracking.TrackingControl#fallback}. */
  void fallback(List<String> techniques) {
    synchronized (ledger) {
      wish.fallback(techniques);
      reconsider |= isStopgap();
    }
  }

  /** A technique came: it may be the one wanted. The switch to it is made by the next fetch. */
  void arrived(String name) {
    selector.arrived(name);
    synchronized (ledger) {
      reconsider |= isStopgap() || wish.technique().equals(Optional.of(name));
    }
  }

  /**
   * A technique goes; on return none of its code is running for this space, unless it hangs. It is
   * asked for a last time, if another technique takes over.
   */
  void departed(TrackingTechnique technique, String name) {
    Lease lease = enterOrFence("the departure of " + name);
    try {
      ActiveSession session;
      Optional<String> want;
      List<String> otherwise;
      synchronized (ledger) {
        session = active;
        want = wish.technique();
        otherwise = wish.fallback();
      }
      if (session == null || session.choice().technique() != technique) {
        return;
      }
      session.departs(limits.departure());
      selector.departed(name);
      replaceDeparted(lease, session, selector.choose(want, otherwise));
    } finally {
      gate.leave(lease);
    }
  }

  private void replaceDeparted(Lease lease, ActiveSession session, Choice choice) {
    try {
      switchTo(lease, session, choice);
    } catch (TrackingException e) {
      synchronized (ledger) {
        // Whoever fenced the lease has done as much, and another session may be active by now.
        if (gate.holds(lease)) {
          active = null;
          ledger.lost("technique %s went away: %s".formatted(session.name(), e.getMessage()));
        }
      }
      sessions.close(session);
    }
  }

  /** Waits for a running fetch; one that takes too long is given up, and everything is doubted. */
  private Lease enterOrFence(String what) {
    while (true) {
      Optional<Lease> lease = gate.enter(execution, limits.lease());
      if (lease.isPresent()) {
        return lease.get();
      }
      synchronized (ledger) {
        String reason =
            "%s did not answer within %d ms before %s"
                .formatted(activeName(), limits.lease().toMillis(), what);
        // Its thread closes it when it comes back; nobody else may call it meanwhile.
        active = null;
        ledger.lost(reason);
        history.note(reason);
        gate.fence();
      }
    }
  }

  /** Ends the tracking: closes the session. Intervals can still be committed. */
  void close() {
    synchronized (ledger) {
      closed = true;
    }
    Lease lease = enterOrFence("its end");
    try {
      ActiveSession session;
      synchronized (ledger) {
        session = active;
        active = null;
      }
      if (session != null) {
        sessions.close(session);
      }
    } finally {
      gate.leave(lease);
    }
  }

  // What is known.

  AddressSpace space() {
    return space;
  }

  /** The technique that gathers now. */
  Optional<String> active() {
    synchronized (ledger) {
      return Optional.ofNullable(active).map(ActiveSession::name);
    }
  }

  /** The mode by which {@code technique} gathers now; empty when it doesn't. */
  Optional<String> activeMode(TrackingTechnique technique) {
    ActiveSession session;
    synchronized (ledger) {
      session = active;
    }
    return session != null && session.choice().technique() == technique
        ? Optional.of(session.mode())
        : Optional.empty();
  }

  TrackingStatistics statistics() {
    LedgerCounts counts = ledger.counts();
    long switched;
    synchronized (ledger) {
      switched = switches;
    }
    return new TrackingStatistics(
        counts.fetches(),
        counts.pagesReported(),
        counts.committed(),
        counts.aborted(),
        counts.conservative(),
        switched,
        sessions.stoppedNanos(),
        sessions.statistics());
  }

  /** See {@link dev.ooh.tracking.TrackingControl#explain}. */
  List<String> explain() {
    ActiveSession session;
    List<String> lines = new ArrayList<>();
    synchronized (ledger) {
      session = active;
      lines.addAll(wish.explain());
    }
    if (session == null) {
      lines.add("none is active before the next fetch");
    } else {
      // Outside the monitor: it asks the technique.
      lines.addAll(session.explain());
    }
    synchronized (ledger) {
      lines.addAll(history.lines());
    }
    return lines;
  }

  /** The last things that happened, a line each. */
  List<String> history() {
    synchronized (ledger) {
      return history.lines();
    }
  }

  /** What the space's events go to. */
  AddressSpace.Listener events() {
    return events;
  }

  private void closing() {
    onClosing.accept(space);
    observer.stopped(space, active().orElse(AllDirtyTechnique.NAME), statistics());
    close();
  }

  /** The active technique is not the one wanted, only what was left. */
  private boolean isStopgap() {
    return active != null && active.choice().insteadOf().isPresent();
  }

  private String activeName() {
    return active == null ? "a technique that is being opened" : active.name();
  }

  private void tellUnmapped(ActiveSession session) throws TrackingException {
    PageSet unmapped = ledger.takeUnmapped();
    if (!unmapped.isEmpty()) {
      session.unmapped(unmapped);
    }
  }

  private PageSet mapped() {
    PageSet.Builder mapped = PageSet.builder();
    for (Region region : space.regions()) {
      mapped.add(region.start(), region.end());
    }
    return mapped.build();
  }
}
