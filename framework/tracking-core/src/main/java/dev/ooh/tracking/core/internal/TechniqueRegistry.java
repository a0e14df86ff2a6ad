package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingTechnique;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** The techniques present: those that came and have not gone, and always the built-in one. */
final class TechniqueRegistry {
  /** A technique with its descriptor, asked once: a departing bundle can't answer twice. */
  record Entry(TrackingTechnique technique, TechniqueDescriptor descriptor) {
    String name() {
      return descriptor.name();
    }
  }

  private final Entry builtIn;
  private final List<Entry> entries = new CopyOnWriteArrayList<>();

  /** As {@link #byPreference} says: every fetch asks, and techniques seldom come or go. */
  private volatile List<Entry> sorted;

  TechniqueRegistry() {
    AllDirtyTechnique allDirty = new AllDirtyTechnique();
    builtIn = new Entry(allDirty, allDirty.descriptor());
    sorted = List.of(builtIn);
  }

  /** Adds a technique, which hides an older one of the same name; returns its name. */
  String add(TrackingTechnique technique) {
    TechniqueDescriptor descriptor = technique.descriptor();
    if (!descriptor.name().equals(builtIn.name())) {
      synchronized (this) {
        entries.add(new Entry(technique, descriptor));
        sorted = sort();
      }
    }
    return descriptor.name();
  }

  /** Empty when it was never added. */
  synchronized Optional<Entry> remove(TrackingTechnique technique) {
    Optional<Entry> found =
        entries.stream().filter(entry -> entry.technique() == technique).findFirst();
    found.ifPresent(entries::remove);
    sorted = sort();
    return found;
  }

  /** Whether it has not gone, although a newer one of its name may hide it. */
  boolean isPresent(Entry entry) {
    return entry == builtIn
        || entries.stream().anyMatch(other -> other.technique() == entry.technique());
  }

  Entry builtIn() {
    return builtIn;
  }

  /** The newest of that name, so that an update is taken although the old one is still here. */
  Optional<Entry> find(String name) {
    return byPreference().stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  Entry get(String name) throws TrackingException {
    Optional<Entry> found = find(name);
    if (found.isEmpty()) {
      throw new TrackingException(
          "technique '%s' is not present, wanted one of %s"
              .formatted(
                  name,
                  byPreference().stream().map(Entry::name).collect(Collectors.joining(", "))));
    }
    return found.get();
  }

  /** One entry a name, in descending order of preference. */
  List<Entry> byPreference() {
    return sorted;
  }

  private List<Entry> sort() {
    List<Entry> newestFirst = new ArrayList<>(entries).reversed();
    List<Entry> result = new ArrayList<>();
    for (Entry entry : newestFirst) {
      if (result.stream().noneMatch(other -> other.name().equals(entry.name()))) {
        result.add(entry);
      }
    }
    result.add(builtIn);
    result.sort(
        Comparator.comparingInt((Entry entry) -> -entry.descriptor().preference())
            .thenComparing(Entry::name));
    return List.copyOf(result);
  }

  /** Tries a technique; whatever it throws is a refusal. */
  static Probe probe(Entry entry, AddressSpace space) {
    try {
      return Objects.requireNonNull(entry.technique().probe(space), "probe result");
    } catch (Throwable t) {
      return Probe.refused(
          "its probe threw " + t, "report it to whoever made the technique " + entry.name());
    }
  }
}
