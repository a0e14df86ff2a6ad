package dev.ooh.cli.toy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Setting;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestMemory;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingStatistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A core with techniques that only exist by name: {@code exact} reports what was written, {@code
 * lossy} forgets the first page of it, {@code all-dirty} reports everything, {@code shy} is
 * refused.
 */
public final class ToyControl implements TrackingControl {
  private final Map<AddressSpace, String> wanted = new LinkedHashMap<>();
  private final List<TrackingConsumer> known = new ArrayList<>();
  private final boolean withLossy;
  private List<String> fallback = List.of();
  private int switches;

  public ToyControl(boolean withLossy) {
    this.withLossy = withLossy;
  }

  public synchronized int switches() {
    return switches;
  }

  @Override
  public synchronized List<TechniqueStatus> list(AddressSpace space) {
    List<TechniqueStatus> all = new ArrayList<>();
    all.add(status("exact", 20, Probe.usable("looking"), space));
    if (withLossy) {
      all.add(status("lossy", 10, Probe.usable("looking away"), space));
    }
    all.add(status("shy", 5, Probe.refused("it is shy", "be gentle"), space));
    all.add(status("all-dirty", 0, Probe.usable("always"), space));
    return all;
  }

  @Override
  public synchronized List<TechniqueDescriptor> techniques() {
    return List.of(
        new TechniqueDescriptor("exact", "toy exact", 20, false)
            .withSettings(
                Setting.wholeNumber("ring-entries", 0, 100, 0, "Entries of the ring buffer.")));
  }

  private TechniqueStatus status(String name, int preference, Probe probe, AddressSpace space) {
    return new TechniqueStatus(
        new TechniqueDescriptor(name, "toy " + name, preference, false),
        probe,
        name.equals(wanted.get(space)));
  }

  @Override
  public synchronized void use(AddressSpace space, String technique) throws TrackingException {
    if (list(space).stream().noneMatch(s -> s.descriptor().name().equals(technique))) {
      throw new TrackingException("technique is '" + technique + "', wanted exact");
    }
    if (wanted.put(space, technique) != null) {
      switches++;
    }
  }

  @Override
  public synchronized void use(String technique) throws TrackingException {
    for (AddressSpace space : spaces()) {
      use(space, technique);
    }
  }

  @Override
  public synchronized void fallback(List<String> techniques) {
    fallback = List.copyOf(techniques);
  }

  public synchronized List<String> fallback() {
    return fallback;
  }

  @Override
  public synchronized List<AddressSpace> spaces() {
    return List.copyOf(wanted.keySet());
  }

  @Override
  public synchronized Optional<String> active(AddressSpace space) {
    return Optional.ofNullable(wanted.get(space));
  }

  @Override
  public synchronized List<String> explain(AddressSpace space) {
    return List.of("it was asked for");
  }

  @Override
  public TrackingStatistics statistics(AddressSpace space) {
    return TrackingStatistics.zero();
  }

  @Override
  public Map<String, TrackingStatistics> statisticsByTechnique(AddressSpace space) {
    return Map.of();
  }

  private static PageSet mapped(AddressSpace space) {
    PageSet.Builder mapped = PageSet.builder();
    space.regions().forEach(region -> mapped.addAll(region.pages()));
    return mapped.build();
  }

  @Override
  public synchronized Interval fetch(
      AddressSpace space, TrackingConsumer consumer, PageSet scan, PageSet arm) {
    PageSet written = ((TestMemory) space.memory()).takeWritten(mapped(space));
    String technique = wanted.computeIfAbsent(space, s -> "exact");
    if (!known.contains(consumer)) {
      known.add(consumer);
      return Interval.all(scan, "the first interval");
    }
    return switch (technique) {
      case "exact" -> Interval.all(written.intersect(scan), "");
      case "lossy" -> {
        long first = written.isEmpty() ? 0 : written.runStart(0);
        yield Interval.all(written.minus(PageSet.of(first, first + PageSet.PAGE_SIZE)), "");
      }
      default -> Interval.all(scan, technique);
    };
  }
}
