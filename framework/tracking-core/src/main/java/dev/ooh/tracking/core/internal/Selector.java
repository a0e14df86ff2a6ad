package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.internal.TechniqueRegistry.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a technique for one address space, by trying, and remembers why not the others. Only the
 * {@link Gate}'s holder tries: a trial beside a session may take from it what it gathered, or be
 * refused what it holds. No probe runs under a monitor: it may have to wait for a guest thread that
 * waits for that monitor.
 */
final class Selector {
  private final AddressSpace space;
  private final TechniqueRegistry registry;
  private final Function<TrackingTechnique, Optional<String>> activeMode;

  /** Techniques that failed at work, by name, with the reason; until an operator asks again. */
  private final Map<String, String> setAside = new ConcurrentHashMap<>();

  private final Set<String> departed = ConcurrentHashMap.newKeySet();

  /** Tried for an operator and not opened yet: the next choice need not try it again. */
  private final AtomicReference<@Nullable TrackingTechnique> tried = new AtomicReference<>();

  /**
   * @param activeMode by what mode a technique is at work on the space; empty when it isn't
   */
  Selector(
      AddressSpace space,
      TechniqueRegistry registry,
      Function<TrackingTechnique, Optional<String>> activeMode) {
    this.activeMode = activeMode;
    this.space = space;
    this.registry = registry;
  }

  /**
   * The wanted technique, else the first usable fallback, else all-dirty; when none is wanted by
   * name, the most preferred one that is usable.
   *
   * @param writers stopped, or known not to be stoppable, if any technique may need that
   */
  Choice choose(Optional<String> wanted, List<String> fallback, WriterStop writers) {
    List<String> refused = new ArrayList<>();
    if (wanted.isEmpty()) {
      for (Entry entry : registry.byPreference()) {
        if (isUsable(entry, writers, refused)) {
          return chosen(entry, refused, entry == registry.builtIn() && !refused.isEmpty());
        }
      }
    }
    List<String> names = new ArrayList<>();
    wanted.ifPresent(names::add);
    names.addAll(fallback);
    for (String name : names) {
      Optional<Entry> entry = registry.find(name);
      if (entry.isEmpty()) {
        refused.add(name + (departed.contains(name) ? " went away" : " is not present"));
      } else if (isUsable(entry.get(), writers, refused)) {
        return chosen(entry.get(), refused, !wanted.get().equals(name));
      }
    }
    return chosen(registry.builtIn(), refused, true);
  }

  /**
   * Tries one technique that an operator asks for, whatever became of it before.
   *
   * @param writers as for {@link #choose}
   */
  void require(Entry entry, WriterStop writers) throws TrackingException {
    setAside.remove(entry.name());
    List<String> refused = new ArrayList<>();
    if (!isUsable(entry, writers, refused)) {
      throw new TrackingException(refused.getFirst());
    }
    // From here on whoever removes it waits for the gate, and then finds it at work.
    if (!registry.isPresent(entry)) {
      throw new TrackingException("%s is refused: it went away".formatted(entry.name()));
    }
  }

  /** It was found usable for an operator, who has the gate still. */
  void tried(Entry entry) {
    tried.set(entry.technique());
  }

  /** Whether {@link #probe} runs its code, if it is not at work. */
  boolean probes(Entry entry) {
    return entry != registry.builtIn();
  }

  /** Whether {@link #require} runs its code, if it is not at work. */
  boolean tries(Entry entry) {
    return probes(entry) && tried.get() != entry.technique();
  }

  /** Whether there is a technique of that name. */
  boolean isPresent(String name) {
    return registry.find(name).isPresent();
  }

  /** Whether a choice may have to try a technique that needs stopped writers. */
  boolean mayNeedStoppedWriters() {
    for (Entry entry : registry.byPreference()) {
      if (entry.descriptor().needsStoppedWriters()) {
        return true;
      }
    }
    return false;
  }

  /** What was tried for an operator is open now. */
  void opened() {
    tried.set(null);
  }

  void setAside(String name, TrackingException failure) {
    setAside.put(name, Reason.of(failure));
  }

  /** A technique came: what was known of that name no longer counts. */
  void arrived(String name) {
    setAside.remove(name);
    departed.remove(name);
  }

  void departed(String name) {
    departed.add(name);
  }

  private Choice chosen(Entry entry, List<String> refused, boolean instead) {
    Optional<String> why = instead ? Optional.of(String.join("; ", refused)) : Optional.empty();
    return new Choice(entry, why, List.copyOf(refused));
  }

  private boolean isUsable(Entry entry, WriterStop writers, List<String> refused) {
    String failure = setAside.get(entry.name());
    if (failure == null && tried.compareAndSet(entry.technique(), null)) {
      return true;
    }
    Probe probe =
        failure == null
            ? probe(entry, writers)
            : Probe.refused("it failed: " + failure, "choose it again to try once more");
    if (!probe.usable()) {
      refused.add("%s is refused: %s".formatted(entry.name(), Reason.of(probe)));
    }
    return probe.usable();
  }

  /**
   * Tries a technique, and whether the writers stop if it needs that. One that is at work on the
   * space has shown that it works, and a trial might take from it what it has gathered.
   *
   * @param writers as for {@link #choose}
   */
  Probe probe(Entry entry, WriterStop writers) {
    Optional<String> mode = activeMode.apply(entry.technique());
    if (mode.isPresent()) {
      return Probe.usable(mode.get());
    }
    Probe probe = TechniqueRegistry.probe(entry, space);
    return probe.usable() && entry.descriptor().needsStoppedWriters()
        ? probeStoppedWriters(entry, writers, probe)
        : probe;
  }

  private Probe probeStoppedWriters(Entry entry, WriterStop writers, Probe probe) {
    try {
      writers.require();
      return probe;
    } catch (WritersNotStoppedException e) {
      return needsStoppedWriters(entry)
          ? Probe.refused(
              "it needs stopped writers: " + e.getMessage(), "let every thread of the space poll")
          : probe;
    }
  }

  /** Whether the way by which it works here needs it; only a session knows. */
  private boolean needsStoppedWriters(Entry entry) {
    try (TrackingSession session = entry.technique().open(space)) {
      return session.needsStoppedWriters();
    } catch (Throwable t) {
      return true;
    }
  }
}
