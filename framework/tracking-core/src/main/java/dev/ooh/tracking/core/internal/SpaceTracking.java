package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingObserver.Phase;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.Limits;
import dev.ooh.tracking.core.internal.Gate.Lease;
import dev.ooh.tracking.core.internal.TechniqueRegistry.Entry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The tracking of one address space: opens, leases, switches and closes sessions, and books what
 * they report in the {@link Ledger}. Whoever works with a session holds the {@link Gate}'s lease;
 * what changes then is in the {@link SpaceState}, which is the guard of it.
 */
final class SpaceTracking {
  static final String STOPPED = "the tracking core was stopped";

  private final AddressSpace space;
  private final Consumer<AddressSpace> onClosing;
  private final Selector selector;
  private final Limits limits;
  private final CountsByTechnique counts = new CountsByTechnique();
  private final Ledger ledger = new Ledger(counts, this::ended);

  private final SessionKeeper sessions;
  private final WorkLog log;
  private final SpaceEvents events = new SpaceEvents(ledger, this::closing);

  private final SpaceState state;
  private final Turns turns;
  private final Trials trials;

  /**
   * Nobody fetches before {@link #begin}.
   *
   * @param onClosing called when the space closes
   * @param observer told who works; throws nothing
   */
  SpaceTracking(
      AddressSpace space,
      TechniqueRegistry registry,
      Limits limits,
      Wish wish,
      Consumer<AddressSpace> onClosing,
      TrackingObserver observer) {
    this.space = space;
    this.onClosing = onClosing;
    this.limits = limits;
    this.sessions = new SessionKeeper(space, counts, observer);
    this.log = sessions.log();
    Gate gate = new Gate();
    this.state = new SpaceState(ledger, gate, wish);
    this.turns = new Turns(space.execution(), limits, gate, state, sessions);
    this.selector = new Selector(space, registry, state::activeMode);
    this.trials = new Trials(state, turns, selector);
  }

  /**
   * Listens to the space, with {@code settings} as its defaults, and lets those in who found it
   * tracked meanwhile: what one of them armed might be mapped anew, and nobody would know.
   */
  void begin(Map<String, String> settings) {
    try {
      space.setDefaults(settings);
      space.addListener(events);
    } catch (RuntimeException | Error e) {
      onClosing.accept(space);
      state.close();
      throw e;
    } finally {
      turns.begin();
    }
  }

  // What consumers ask.

  /** See {@link dev.ooh.memory.IntervalSource#fetch}. */
  Interval fetch(TrackingConsumer consumer, PageSet scan, PageSet arm) {
    long start = log.start();
    try (WriterStop writers = turns.writers()) {
      while (true) {
        Lease lease = turns.enterToFetch(writers, trials::mayNeedStoppedWriters);
        try {
          PageSet mapped = mapped();
          Optional<Interval> interval =
              fetch(
                  lease,
                  writers,
                  consumer,
                  scan.intersect(mapped),
                  arm.intersect(mapped),
                  space.alwaysDirty());
          if (interval.isPresent()) {
            log.took(interval.get().technique(), Phase.FETCH, start);
            return interval.get();
          }
        } finally {
          turns.leave(lease);
        }
      }
    }
  }

  /**
   * Empty when another session is to be tried, or writers stopped; the built-in one never fails.
   */
  private Optional<Interval> fetch(
      Lease lease,
      WriterStop writers,
      TrackingConsumer consumer,
      PageSet scan,
      PageSet arm,
      PageSet alwaysDirty) {
    Optional<ActiveSession> found = session(lease, writers);
    if (found.isEmpty()) {
      return withoutSession(lease, consumer, scan);
    }
    ActiveSession session = found.get();
    String name = session.name();
    try {
      if (tellUnmapped(lease, session)) {
        Gathered gathered = sessions.fetch(session, writers, scan, arm);
        Optional<Interval> delivered =
            state.book(
                lease, () -> ledger.deliver(consumer, scan, arm, gathered, alwaysDirty, name));
        if (delivered.isPresent()) {
          return delivered;
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
    } catch (Ledger.ConsumerClosedException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      answerLost(lease, session, e);
      throw e;
    }
    return Optional.of(
        ledger.deliverAll(consumer, scan, name, name + " answered after it was given up"));
  }

  private Optional<Interval> withoutSession(Lease lease, TrackingConsumer consumer, PageSet scan) {
    if (state.situation().isEmpty()) {
      if (space.isOpen()) {
        return Optional.of(Interval.all(scan, ended()));
      }
      throw new IllegalStateException(ended());
    }
    if (turns.holds(lease)) {
      return Optional.empty();
    }
    return Optional.of(
        ledger.deliverAll(
            consumer, scan, AllDirtyTechnique.NAME, "a technique answered after it was given up"));
  }

  /**
   * The session to ask now, opened or switched to if need be. Empty when there is none left and one
   * may need stopped writers, which were not to be stopped when the lease was taken; when the lease
   * was fenced; and when the tracking has ended.
   */
  private Optional<ActiveSession> session(Lease lease, WriterStop writers) {
    boolean mayChoose = writers.isTried() || !selector.mayNeedStoppedWriters();
    Optional<SpaceState.Situation> found = state.takeSituation(lease, mayChoose);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    SpaceState.Situation now = found.get();
    ActiveSession current = now.active();
    if (current == null) {
      return mayChoose ? open(lease, writers, now) : Optional.empty();
    }
    if (now.reconsider()) {
      Choice choice = trials.choose(lease, writers, now);
      if (choice.technique() != current.choice().technique()) {
        try {
          return Optional.of(switchTo(lease, writers, current, choice));
        } catch (TrackingException e) {
          setAside(lease, choice, e);
          return session(lease, writers);
        }
      }
    }
    return Optional.of(current);
  }

  /** Empty when the lease was fenced: what is opened then is no part of what others do now. */
  private Optional<ActiveSession> open(Lease lease, WriterStop writers, SpaceState.Situation now) {
    while (turns.holds(lease)) {
      Choice choice = trials.choose(lease, writers, now);
      try {
        ActiveSession session = sessions.open(choice);
        if (state.publish(lease, session, "opened")) {
          log.fellBack(choice);
          return Optional.of(session);
        }
        sessions.close(session);
      } catch (TrackingException e) {
        setAside(lease, choice, e);
      }
    }
    log.works(active());
    return Optional.empty();
  }

  /** A fenced lease says nothing of the technique. */
  private void setAside(Lease lease, Choice choice, TrackingException failure) {
    if (turns.holds(lease)) {
      selector.setAside(choice.name(), failure);
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
    SpaceState.Failure became = state.failed(lease, session, reason);
    if (became == SpaceState.Failure.FENCED) {
      return false;
    }
    sessions.close(session);
    if (became == SpaceState.Failure.AGAIN) {
      selector.setAside(session.name(), failure);
    }
    return true;
  }

  /** What a session drained may not be booked, or not for everybody: it is as one that failed. */
  private void answerLost(Lease lease, ActiveSession session, Throwable why) {
    ledger.distrust(); // first, as the rest needs memory, which may be what ran out
    replaceFailed(lease, session, new TrackingException("its answer was lost to " + why, why));
  }

  private ActiveSession switchTo(Lease lease, WriterStop writers, ActiveSession from, Choice to)
      throws TrackingException {
    ActiveSession next;
    try {
      next = new SwitchOver(sessions, ledger, this::mapped, writers).run(from, to);
    } catch (TrackingException e) {
      state.switchFailed(from, to, e);
      log.works(active());
      throw e;
    } catch (RuntimeException | Error e) {
      answerLost(lease, from, e);
      log.works(active());
      throw e;
    }
    counts.switched(from.name());
    if (!state.publish(lease, next, "switched from %s to".formatted(from.name()))) {
      sessions.close(next);
      log.works(active());
      throw givenUp(to.name());
    }
    log.fellBack(to);
    if (isLeftForAStopgap(from, to)) {
      state.arrived(from.name());
    }
    return next;
  }

  /**
   * Whether the wanted technique is still here, in a newer object: that one may have been refused
   * only what the old one's session held, and is tried once more now that it is closed.
   */
  private boolean isLeftForAStopgap(ActiveSession from, Choice to) {
    return to.insteadOf().isPresent()
        && from.choice().insteadOf().isEmpty()
        && selector.isPresent(from.name());
  }

  private TrackingException givenUp(String technique) {
    return new TrackingException(
        state.situation().isEmpty()
            ? ended()
            : "switch of %s to %s was given up".formatted(space.name(), technique));
  }

  /** Why there is no tracking any more. */
  private String ended() {
    return space.isOpen()
        ? STOPPED
        : "address space %s is not tracked any more".formatted(space.name());
  }

  // What operators and bundles want.

  /**
   * See {@link dev.ooh.tracking.TrackingControl#use(AddressSpace, String)}. Waits for a running
   * fetch, with a limit.
   */
  void use(Entry entry) throws TrackingException {
    try (WriterStop writers = turns.writers()) {
      Lease lease =
          turns.enterOrFence(
              writers, () -> trials.mayNeedStoppedWriters(entry), "a switch to " + entry.name());
      try {
        trials.require(lease, writers, entry);
        SpaceState.Situation now = state.situation(lease).orElseThrow(() -> givenUp(entry.name()));
        ActiveSession current = now.active();
        if (current != null) {
          if (current.choice().technique() != entry.technique()) {
            switchTo(lease, writers, current, Choice.of(entry));
          }
          selector.opened();
        }
        state.askFor(lease, entry.name());
      } finally {
        turns.leave(lease);
      }
    }
  }

  /**
   * See {@link dev.ooh.tracking.core.TrackingCore#start}.
   *
   * @throws TrackingException if only a stopgap could be started, saying why
   */
  void start() throws TrackingException {
    Optional<ActiveSession> session = Optional.empty();
    try (WriterStop writers = turns.writers()) {
      while (session.isEmpty()) {
        Lease lease = turns.enterToFetch(writers, trials::mayNeedStoppedWriters);
        try {
          session = session(lease, writers);
          if (state.situation().isEmpty()) {
            throw new TrackingException(ended());
          }
        } finally {
          turns.leave(lease);
        }
      }
    }
    Optional<String> stopgap = session.get().choice().insteadOf();
    if (stopgap.isPresent()) {
      throw new TrackingException(stopgap.get());
    }
  }

  /** See {@link dev.ooh.tracking.TrackingControl#fallback}. */
  void fallback(List<String> techniques) {
    state.fallback(techniques);
  }

  /** A technique came: it may be the one wanted. The switch to it is made by the next fetch. */
  void arrived(String name) {
    selector.arrived(name);
    state.arrived(name);
  }

  /**
   * A technique goes; on return none of its code is running for this space, unless it hangs. It is
   * asked for a last time, if another technique takes over.
   */
  void departed(TrackingTechnique technique, String name) {
    try (WriterStop writers = turns.writers()) {
      Lease lease =
          turns.enterOrFence(
              writers, () -> trials.mayNeedStoppedWriters(technique), "the departure of " + name);
      try {
        Optional<SpaceState.Situation> now = state.situation(lease);
        ActiveSession session = now.map(SpaceState.Situation::active).orElse(null);
        if (session == null || session.choice().technique() != technique) {
          return;
        }
        session.departs(limits.departure());
        selector.departed(name);
        Choice choice = trials.choose(lease, writers, now.get());
        replaceDeparted(lease, writers, session, choice);
      } finally {
        turns.leave(lease);
      }
    }
  }

  private void replaceDeparted(
      Lease lease, WriterStop writers, ActiveSession session, Choice choice) {
    try {
      switchTo(lease, writers, session, choice);
    } catch (TrackingException e) {
      state.departed(lease, "technique %s went away: %s".formatted(session.name(), e.getMessage()));
      sessions.close(session);
      log.works(active());
    }
  }

  /** Ends the tracking: closes the session. Intervals can still be committed. */
  void close() {
    state.close();
    Lease lease = turns.enterOrFence("its end");
    try {
      state.takeActive().ifPresent(sessions::close);
      log.works(Optional.empty());
    } finally {
      turns.leave(lease);
    }
    // Whoever was about to add them was waited for above.
    space.removeListener(events);
  }

  // What is known.

  AddressSpace space() {
    return space;
  }

  /** What is to be known of techniques that don't gather now. */
  Trials trials() {
    return trials;
  }

  /** The technique that gathers now. */
  Optional<String> active() {
    return state.active().map(ActiveSession::name);
  }

  /** The mode by which {@code technique} gathers now; empty when it doesn't. */
  Optional<String> activeMode(TrackingTechnique technique) {
    return state.activeMode(technique);
  }

  /** See {@link dev.ooh.tracking.TrackingControl#statisticsByTechnique}. */
  Map<String, TrackingStatistics> statistics() {
    return log.byTechnique();
  }

  /** See {@link dev.ooh.tracking.TrackingControl#written}. */
  void written(long pages) {
    log.written(pages);
  }

  /** Tells an observer that came late who works. */
  void introduce(TrackingObserver newcomer) {
    log.introduce(newcomer);
  }

  /** See {@link dev.ooh.tracking.TrackingControl#explain}. */
  List<String> explain() {
    // Outside the state's monitor: it asks the technique.
    List<String> ofTheSession =
        state
            .active()
            .map(ActiveSession::explain)
            .orElse(List.of("none is active before the next fetch"));
    return state.explain(ofTheSession);
  }

  /** The last things that happened, a line each. */
  List<String> history() {
    return state.history();
  }

  private void ended(OwedInterval interval, boolean committed) {
    log.ended(interval, committed);
  }

  /** The space ends. */
  void closing() {
    onClosing.accept(space);
    close();
  }

  /** False when the lease was fenced: what was unmapped is then for another session to know. */
  private boolean tellUnmapped(Lease lease, ActiveSession session) throws TrackingException {
    Optional<PageSet> unmapped = state.whileHeld(lease, ledger::takeUnmapped);
    if (unmapped.isEmpty()) {
      return false;
    }
    if (ledger.takeUnmappingMissed()) {
      throw new TrackingException("it missed what was unmapped, which could not be noted");
    }
    if (!unmapped.get().isEmpty()) {
      session.unmapped(unmapped.get());
    }
    return true;
  }

  private PageSet mapped() {
    PageSet.Builder mapped = PageSet.builder();
    for (Region region : space.regions()) {
      mapped.add(region.start(), region.end());
    }
    return mapped.build();
  }
}
