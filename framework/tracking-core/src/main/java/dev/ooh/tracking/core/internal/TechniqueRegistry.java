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
import java.util.stream.Collectors;

/** The techniques present: those that came and have not gone, and always the built-in one. */
final class TechniqueRegistry {
  /** A technique with its descriptor, asked once: a departing bundle can't answer twice. */
  record Entry(TrackingTechnique technique, TechniqueDescriptor descriptor) {
    String name() {
      return descriptor.name();
    }
  }

  /**
   * Who is present, at one moment.
   *
   * @param all in the order in which they came, those that newer ones hide included
   * @param byPreference see {@link TechniqueRegistry#byPreference}: every fetch asks
   */
  private record Present(List<Entry> all, List<Entry> byPreference) {}

  private final Entry builtIn;
  private volatile Present present;

  TechniqueRegistry() {
    AllDirtyTechnique allDirty = new AllDirtyTechnique();
    builtIn = new Entry(allDirty, allDirty.descriptor());
    present = present(List.of());
  }

  /** Adds a technique, which hides an older one of the same name; returns its name. */
  String add(TrackingTechnique technique) {
    Entry entry = new Entry(technique, technique.descriptor());
    if (!entry.name().equals(builtIn.name())) {
      synchronized (this) {
        List<Entry> all = new ArrayList<>(present.all);
        all.add(entry);
        present = present(all);
      }
    }
    return entry.name();
  }

  /** Empty when it was never added. */
  synchronized Optional<Entry> remove(TrackingTechnique technique) {
    List<Entry> all = new ArrayList<>(present.all);
    Optional<Entry> found = all.stream().filter(it -> it.technique() == technique).findFirst();
    if (found.isPresent()) {
      all.remove(found.get());
      present = present(all);
    }
    return found;
  }

  /** Whether it has not gone, although a newer one of its name may hide it. */
  boolean isPresent(Entry entry) {
    return entry == builtIn
        || present.all.stream().anyMatch(other -> other.technique() == entry.technique());
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

  /** One entry a name, in descending order of preference; not to be changed. */
  List<Entry> byPreference() {
    return present.byPreference;
  }

  private Present present(List<Entry> all) {
    List<Entry> sorted = new ArrayList<>();
    for (Entry entry : all.reversed()) {
      if (sorted.stream().noneMatch(other -> other.name().equals(entry.name()))) {
        sorted.add(entry);
      }
    }
    sorted.add(builtIn);
    sorted.sort(
        Comparator.comparingInt((Entry entry) -> -entry.descriptor().preference())
            .thenComparing(Entry::name));
    return new Present(List.copyOf(all), List.copyOf(sorted));
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
