package dev.ooh.machine.substrate;

import dev.ooh.machine.cost.CostProfile;
import dev.ooh.machine.cost.Costs;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.event.EventCounts;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** The events of one machine, and their prices. */
final class VirtualCosts implements SimulatedCosts {
  private static final Map<String, Event> BY_NAME =
      Arrays.stream(Event.values())
          .collect(Collectors.toUnmodifiableMap(VirtualCosts::nameOf, event -> event));

  private final GuestKernel kernel;
  private final CostProfile profile;
  private volatile long trackedBytes;

  /** What {@link #ranMillis} has priced, and at how much. At instruction boundaries only. */
  private EventCounts priced = new EventCounters().counts();

  private double pricedMillis;

  VirtualCosts(GuestKernel kernel, CostProfile profile) {
    this.kernel = kernel;
    this.profile = profile;
  }

  /** The paper's id; a dotted name for what the paper doesn't price. */
  private static String nameOf(Event event) {
    return event.id().matches("M\\d+|CP|W0") ? event.id() : event.label().replace('_', '.');
  }

  @Override
  public String profile() {
    return profile.name();
  }

  @Override
  public Map<String, String> sources() {
    Map<String, String> sources = new LinkedHashMap<>();
    profile.sources().forEach((event, source) -> sources.put(nameOf(event), source));
    return sources;
  }

  @Override
  public TechniqueStatistics events() {
    Map<String, Long> counts = new TreeMap<>();
    counts().forEachNonZero((event, count) -> counts.put(nameOf(event), count));
    return TechniqueStatistics.of(counts);
  }

  EventCounts counts() {
    return kernel.entry().look(() -> kernel.counters().counts());
  }

  @Override
  public void trackedBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("tracked size is " + bytes + " bytes, wanted 0 or more");
    }
    trackedBytes = bytes;
  }

  @Override
  public void count(String event, long times) {
    Event known = BY_NAME.get(event);
    if (known == null) {
      throw new IllegalArgumentException(
          "event is '" + event + "', wanted one of " + new TreeMap<>(BY_NAME).keySet());
    }
    kernel.entry().look(() -> kernel.counters().count(known, times));
  }

  @Override
  public <T> T tracking(Callable<T> call) throws Exception {
    return kernel.scheduler().asTracker(call);
  }

  @Override
  public Priced price(TechniqueStatistics difference) {
    EventCounters counters = new EventCounters();
    difference
        .counts()
        .forEach(
            (name, times) -> {
              Event event = BY_NAME.get(name);
              if (event != null && times > 0) {
                counters.count(event, times);
              }
            });
    Costs costs = profile.price(counters.counts(), trackedBytes);
    return new Priced(costs.setup(), costs.tracker(), costs.impact(), costs.work());
  }

  /** Simulated milliseconds that the machine ran since it started, by a process's clock. */
  double ranMillis(ProcessClock clock) {
    return kernel.entry().look(() -> clock.millis(kernel.counters().counts()));
  }

  /** The size by which a process's time is priced. At instruction boundaries only. */
  long size(UserProcess process) {
    return trackedBytes > 0 ? trackedBytes : process.mappedBytes();
  }

  /**
   * Simulated milliseconds that the machine ran, for who subtracts: what was done since the last
   * call is added at the prices of now, and what was added stays as it is when the tracked size
   * changes.
   */
  double ranMillis() {
    return kernel
        .entry()
        .look(
            () -> {
              EventCounts now = kernel.counters().counts();
              pricedMillis += millis(now.minus(priced));
              priced = now;
              return pricedMillis;
            });
  }

  /** What {@code counts} cost, at the prices of now. */
  double millis(EventCounts counts) {
    return millis(counts, trackedBytes);
  }

  /** What {@code counts} cost, at the prices of a tracked size. */
  double millis(EventCounts counts, long size) {
    Costs costs = profile.price(counts, size);
    return costs.setup() + costs.tracker() + costs.impact() + costs.work();
  }

  @Override
  public double untrackedPageWriteMillis() {
    return profile.microseconds(Event.PAGE_WRITTEN, trackedBytes) / 1000;
  }
}
