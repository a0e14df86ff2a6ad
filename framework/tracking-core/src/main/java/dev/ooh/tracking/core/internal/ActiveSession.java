package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A session and the choice that led to it. Whatever the technique's code throws, a missing class
 * after its bundle went included, comes out as a {@link TrackingException}.
 */
final class ActiveSession {
  private static final System.Logger LOG = System.getLogger(ActiveSession.class.getName());

  private final Choice choice;
  private final TrackingSession session;
  private final ExecutionContext execution;
  private final Optional<SimulatedCosts> costs;

  private volatile boolean mayNeedStoppedWriters;

  /** Set when the technique goes away: its calls may hang from then on. */
  private volatile Optional<Duration> limit = Optional.empty();

  private volatile TechniqueStatistics lastStatistics = TechniqueStatistics.none();
  private final AtomicBoolean closed = new AtomicBoolean();

  ActiveSession(Choice choice, TrackingSession session, AddressSpace space) {
    this.choice = choice;
    this.session = session;
    this.mayNeedStoppedWriters = choice.needsStoppedWriters();
    this.execution = space.execution();
    this.costs = space.facility(SimulatedCosts.class);
  }

  Choice choice() {
    return choice;
  }

  String name() {
    return choice.name();
  }

  /** Asks the session, once. */
  boolean needsStoppedWriters() throws TrackingException {
    if (mayNeedStoppedWriters) {
      mayNeedStoppedWriters = call("needsStoppedWriters", session::needsStoppedWriters);
    }
    return mayNeedStoppedWriters;
  }

  /** As far as is known; runs none of the technique's code. */
  boolean mayNeedStoppedWriters() {
    return mayNeedStoppedWriters;
  }

  boolean isClosed() {
    return closed.get();
  }

  /** From now on no call of the technique takes longer than {@code wait}. */
  void departs(Duration wait) {
    limit = Optional.of(wait);
  }

  Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    Gathered gathered = call("fetch", () -> report(scan, arm));
    Optional<String> insteadOf = choice.insteadOf();
    // The built-in fallback has nothing to say of its own; what the operator wants to know is why.
    return insteadOf.isPresent() && name().equals(AllDirtyTechnique.NAME)
        ? Gathered.lost(gathered.pages(), insteadOf.get())
        : gathered;
  }

  private Gathered report(PageSet scan, PageSet arm) throws Exception {
    return costs.isPresent()
        ? costs.get().tracking(() -> session.fetch(scan, arm))
        : session.fetch(scan, arm);
  }

  void unmapped(PageSet pages) throws TrackingException {
    call(
        "unmapped",
        () -> {
          session.unmapped(pages);
          return true;
        });
  }

  String mode() {
    try {
      return call("mode", session::mode);
    } catch (TrackingException e) {
      return "unknown: " + e.getMessage();
    }
  }

  private List<String> remarks() {
    try {
      return call("remarks", () -> List.copyOf(session.remarks()));
    } catch (TrackingException e) {
      return List.of("its remarks are unknown: " + e.getMessage());
    }
  }

  List<String> explain() {
    List<String> lines = new ArrayList<>();
    lines.add("%s is active, by %s".formatted(name(), mode()));
    lines.addAll(remarks());
    choice.insteadOf().ifPresent(why -> lines.add("because " + why));
    lines.addAll(choice.refused());
    return lines;
  }

  /** The last known counts when the technique can't answer any more. */
  TechniqueStatistics statistics() {
    if (!closed.get()) {
      try {
        lastStatistics = call("statistics", session::statistics);
      } catch (TrackingException e) {
        LOG.log(System.Logger.Level.DEBUG, e.getMessage());
      }
    }
    return lastStatistics;
  }

  /** Never throws; closing twice does nothing. */
  void close() {
    statistics();
    if (closed.getAndSet(true)) {
      return;
    }
    try {
      call(
          "close",
          () -> {
            session.close();
            return true;
          });
    } catch (TrackingException e) {
      LOG.log(System.Logger.Level.WARNING, e.getMessage());
    }
  }

  private <T> T call(String method, Callable<T> code) throws TrackingException {
    String what = name() + "'s " + method;
    Callable<T> answer = () -> Objects.requireNonNull(code.call(), "it answered null");
    Optional<Duration> wait = limit;
    if (wait.isPresent()) {
      return Blocking.withLimit(execution, what, wait.get(), answer);
    }
    try {
      return answer.call();
    } catch (TrackingException e) {
      throw e;
    } catch (Throwable t) {
      throw new TrackingException("%s threw %s".formatted(what, t), t);
    }
  }
}
