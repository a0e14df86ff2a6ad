package dev.ooh.tracking.core.internal;

import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.internal.Gate.Lease;
import dev.ooh.tracking.core.internal.TechniqueRegistry.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tries techniques for one space, each in a turn of its own or in its caller's.
 *
 * <p>A trial writes to the space's memory, which waits while writers are stopped; and who stopped
 * them may be a collector that waits for its turn, behind who tries. So that nobody waits for the
 * other, either the writers are stopped by who tries, before its turn; or its lease is {@linkplain
 * Lease#expose exposed}, and a fetch takes the turn away after a while.
 */
final class Trials {
  private final SpaceState state;
  private final Turns turns;
  private final Selector selector;

  Trials(SpaceState state, Turns turns, Selector selector) {
    this.state = state;
    this.turns = turns;
    this.selector = selector;
  }

  /**
   * Tries a technique as an operator asks for it; one that has the turn is waited for, or fenced.
   */
  void require(Entry entry) throws TrackingException {
    try (WriterStop writers = turns.writers()) {
      Lease lease = turns.enterOrFence(writers, () -> tries(entry), "a trial of " + entry.name());
      try {
        require(lease, writers, entry);
      } finally {
        turns.leave(lease);
      }
    }
  }

  /** As {@link #require(Entry)}, in the turn of {@code lease}. */
  void require(Lease lease, WriterStop writers, Entry entry) throws TrackingException {
    try (Lease.Exposure _ = lease.expose(!writers.standStill())) {
      selector.require(entry, writers);
    }
    if (turns.holds(lease)) {
      selector.tried(entry);
    }
  }

  /** Chooses what is wanted, or what there is instead, in the turn of {@code lease}. */
  Choice choose(Lease lease, WriterStop writers, SpaceState.Situation now) {
    try (Lease.Exposure _ = lease.expose(!writers.standStill())) {
      return selector.choose(now.want(), now.fallback(), writers);
    }
  }

  /**
   * Tries techniques one after another, so that writers stand still for no more than one at a time;
   * unless whoever has the turn meanwhile takes too long.
   */
  List<Probe> probe(List<Entry> entries) {
    List<Probe> probes = new ArrayList<>();
    WriterStop last = turns.writers();
    for (Entry entry : entries) {
      try (WriterStop writers = last.next()) {
        probes.add(probe(entry, writers));
        last = writers;
      }
    }
    return probes;
  }

  private Probe probe(Entry entry, WriterStop writers) {
    Optional<Lease> lease = turns.tryEnter(writers, () -> probes(entry));
    if (lease.isEmpty()) {
      return state
          .activeMode(entry.technique())
          .map(Probe::usable)
          .orElseGet(() -> Probe.refused("it was not tried: another one takes too long", ""));
    }
    try (Lease.Exposure _ = lease.get().expose(!writers.standStill())) {
      return selector.probe(entry, writers);
    } finally {
      turns.leave(lease.get());
    }
  }

  /** Whether a look at a technique tries it, even if an operator's trial has just found it good. */
  private boolean probes(Entry entry) {
    return state.activeMode(entry.technique()).isEmpty() && selector.probes(entry);
  }

  private boolean tries(Entry entry) {
    return state.activeMode(entry.technique()).isEmpty() && selector.tries(entry);
  }

  // What may need stopped writers.

  /** For a fetch. */
  boolean mayNeedStoppedWriters() {
    Optional<SpaceState.Situation> now = state.situation();
    if (now.isEmpty()) {
      return false;
    }
    ActiveSession active = now.get().active();
    return active == null || now.get().reconsider()
        ? selector.mayNeedStoppedWriters()
        : active.mayNeedStoppedWriters();
  }

  /** For a trial of {@code next}, and a switch to it. */
  boolean mayNeedStoppedWriters(Entry next) {
    return tries(next)
        || state
            .active()
            .filter(from -> from.choice().technique() != next.technique())
            .filter(from -> from.mayNeedStoppedWriters() || next.descriptor().needsStoppedWriters())
            .isPresent();
  }

  /** For a switch from {@code departing} to whatever there is. */
  boolean mayNeedStoppedWriters(TrackingTechnique departing) {
    return state
        .active()
        .filter(from -> from.choice().technique() == departing)
        .filter(from -> from.mayNeedStoppedWriters() || selector.mayNeedStoppedWriters())
        .isPresent();
  }
}
