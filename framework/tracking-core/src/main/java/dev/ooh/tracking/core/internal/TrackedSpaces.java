package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Setting;
import dev.ooh.memory.Settings;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.Limits;
import dev.ooh.tracking.core.internal.TechniqueRegistry.Entry;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Every address space that is tracked, and what is wanted for those to come. */
public final class TrackedSpaces {
  private static final System.Logger LOG = System.getLogger(TrackedSpaces.class.getName());

  private final Limits limits;
  private final Observers observers = new Observers();
  private final TechniqueRegistry registry = new TechniqueRegistry();
  private final Map<AddressSpace, SpaceTracking> trackings = new IdentityHashMap<>();
  private Optional<String> wanted = Optional.empty();
  private List<String> fallback = List.of();
  private volatile Map<String, String> settings = Map.of();

  /** Whether it was told that one of {@link #settings} is none of any technique's. */
  private final AtomicBoolean unknownTold = new AtomicBoolean();

  private boolean closed;

  public TrackedSpaces(Limits limits) {
    this.limits = limits;
  }

  /** See {@link dev.ooh.memory.IntervalSource#fetch}; bounds are widened to whole pages. */
  public Interval fetch(AddressSpace space, TrackingConsumer consumer, PageSet scan, PageSet arm) {
    if (consumer.space() != space) {
      throw new IllegalArgumentException(
          "consumer is %s, wanted one of %s".formatted(consumer, space.name()));
    }
    if (!scan.containsAll(arm)) {
      throw new IllegalArgumentException(
          "arm is %s, wanted it within scan, which is %s".formatted(arm, scan));
    }
    Optional<SpaceTracking> tracking = track(space);
    if (tracking.isEmpty()) {
      return Interval.all(scan, SpaceTracking.STOPPED);
    }
    PageSet pages = scan.wholePages();
    return tracking.get().fetch(consumer, pages, arm == scan ? pages : arm.wholePages());
  }

  public void add(TrackingObserver observer) {
    observers.add(observer);
    snapshot().forEach(tracking -> observers.tell(observer, tracking::introduce));
  }

  public void remove(TrackingObserver observer) {
    observers.remove(observer);
  }

  public void add(TrackingTechnique technique) {
    String name = registry.add(technique);
    snapshot().forEach(tracking -> tracking.arrived(name));
  }

  public void remove(TrackingTechnique technique) {
    Optional<Entry> entry = registry.remove(technique);
    entry.ifPresent(
        gone -> snapshot().forEach(tracking -> tracking.departed(technique, gone.name())));
  }

  public List<TechniqueStatus> list(AddressSpace space) {
    List<Entry> entries = registry.byPreference();
    List<TechniqueStatus> list = new ArrayList<>();
    try {
      // Tracked from now on, or a first fetch might come beside a trial.
      SpaceTracking tracking = running(space);
      List<Probe> probes = tracking.trials().probe(entries);
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = entries.get(i);
        boolean active = tracking.activeMode(entry.technique()).isPresent();
        list.add(new TechniqueStatus(entry.descriptor(), probes.get(i), active));
      }
    } catch (TrackingException | IllegalStateException e) { // the core was stopped, or it is closed
      Probe refused = Probe.refused(String.valueOf(e.getMessage()), "");
      entries.forEach(entry -> list.add(new TechniqueStatus(entry.descriptor(), refused, false)));
    }
    return list;
  }

  public List<TechniqueDescriptor> techniques() {
    return registry.byPreference().stream().map(Entry::descriptor).toList();
  }

  /** See {@link dev.ooh.tracking.core.TrackingCore#settings}. */
  public void settings(Map<String, String> configured) {
    settings = Map.copyOf(configured);
    unknownTold.set(false);
    snapshot().forEach(tracking -> tracking.space().setDefaults(settings));
  }

  /** No refusal, as a technique may come later, and a setting be for it; told once. */
  private void tellUnknownSettings() {
    Map<String, String> configured = settings;
    List<Setting<?>> known =
        registry.byPreference().stream()
            .<Setting<?>>flatMap(entry -> entry.descriptor().settings().stream())
            .toList();
    try {
      Settings.check(configured, known, "the techniques' configuration names");
    } catch (IllegalArgumentException e) {
      if (!unknownTold.getAndSet(true)) {
        LOG.log(System.Logger.Level.WARNING, e.getMessage());
      }
    }
  }

  public void use(AddressSpace space, String name) throws TrackingException {
    running(space).use(registry.get(name));
  }

  /** See {@link dev.ooh.tracking.core.TrackingCore#start}. */
  public void start(AddressSpace space) throws TrackingException {
    running(space).start();
  }

  private SpaceTracking running(AddressSpace space) throws TrackingException {
    return track(space).orElseThrow(() -> new TrackingException(SpaceTracking.STOPPED));
  }

  /** See {@link dev.ooh.tracking.core.TrackingCore#history}. */
  public List<String> history(AddressSpace space) {
    return tracked(space).map(SpaceTracking::history).orElseGet(List::of);
  }

  public void use(String name) throws TrackingException {
    Entry entry = registry.get(name);
    List<SpaceTracking> tracked = snapshot();
    // All or none, as far as trying can tell: a half-made switch helps nobody.
    for (SpaceTracking tracking : tracked) {
      whereOpen(tracking, () -> tracking.trials().require(entry));
    }
    for (SpaceTracking tracking : tracked) {
      whereOpen(tracking, () -> tracking.use(entry));
    }
    synchronized (this) {
      wanted = Optional.of(name);
    }
  }

  /** Part of what an operator wants of all spaces; one that is closed meanwhile has no say. */
  @FunctionalInterface
  private interface Order {
    void carryOut() throws TrackingException;
  }

  private static void whereOpen(SpaceTracking tracking, Order order) throws TrackingException {
    try {
      order.carryOut();
    } catch (TrackingException | RuntimeException e) {
      if (tracking.space().isOpen()) {
        throw e;
      }
    }
  }

  public void fallback(List<String> techniques) {
    List<String> copy = List.copyOf(techniques);
    synchronized (this) {
      fallback = copy;
    }
    snapshot().forEach(tracking -> tracking.fallback(copy));
  }

  public List<AddressSpace> all() {
    return snapshot().stream().map(SpaceTracking::space).toList();
  }

  public Optional<String> active(AddressSpace space) {
    return tracked(space).flatMap(SpaceTracking::active);
  }

  public List<String> explain(AddressSpace space) {
    return tracked(space)
        .map(SpaceTracking::explain)
        .orElseGet(() -> List.of(space.name() + " is not tracked"));
  }

  public TrackingStatistics statistics(AddressSpace space) {
    return statisticsByTechnique(space).values().stream()
        .reduce(TrackingStatistics.zero(), TrackingStatistics::plus);
  }

  public Map<String, TrackingStatistics> statisticsByTechnique(AddressSpace space) {
    return tracked(space).map(SpaceTracking::statistics).orElseGet(Map::of);
  }

  public void close() {
    List<SpaceTracking> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(trackings.values());
      trackings.clear();
    }
    all.forEach(SpaceTracking::close);
  }

  /** Empty when the core was closed. */
  private Optional<SpaceTracking> track(AddressSpace space) {
    SpaceTracking tracking;
    synchronized (this) {
      SpaceTracking known = trackings.get(space);
      if (known != null || closed) {
        return Optional.ofNullable(known);
      }
      tracking =
          new SpaceTracking(
              space, registry, limits, new Wish(wanted, fallback), this::forget, observers);
      trackings.put(space, tracking);
    }
    // Outside the monitor: the space may hold locks of its own.
    tracking.begin(settings);
    tellUnknownSettings();
    if (!space.isOpen()) {
      tracking.closing();
      throw new IllegalStateException("address space " + space.name() + " is closed");
    }
    return Optional.of(tracking);
  }

  /** See {@link dev.ooh.tracking.TrackingControl#written}. */
  public void written(AddressSpace space, long pages) {
    tracked(space).ifPresent(tracking -> tracking.written(pages));
  }

  private synchronized void forget(AddressSpace space) {
    trackings.remove(space);
  }

  private synchronized Optional<SpaceTracking> tracked(AddressSpace space) {
    return Optional.ofNullable(trackings.get(space));
  }

  private synchronized List<SpaceTracking> snapshot() {
    return List.copyOf(trackings.values());
  }
}
