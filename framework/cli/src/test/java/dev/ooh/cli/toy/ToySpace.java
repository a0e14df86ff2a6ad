package dev.ooh.cli.toy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An address space in the Java heap. Each store counts as one event M5 and costs 1 ms. */
final class ToySpace implements AddressSpace {
  private final String substrate;
  private final SpaceOptions options;
  private final ToyMemory memory = new ToyMemory();
  private final ToyExecution execution;
  private final List<Region> regions = new ArrayList<>();
  private final boolean simulated;
  private long next = 0x10000;
  private boolean open = true;

  ToySpace(String substrate, SpaceOptions options, boolean simulated) {
    this.substrate = substrate;
    this.options = options;
    this.simulated = simulated;
    this.execution = new ToyExecution(simulated);
  }

  ToyMemory toyMemory() {
    return memory;
  }

  @Override
  public String name() {
    return options.name();
  }

  @Override
  public String substrate() {
    return substrate;
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public ExecutionContext execution() {
    return execution;
  }

  @Override
  public Region map(RegionRequest request) {
    Region region = new Region(request.name(), next, request.bytes());
    memory.map(next, (int) request.bytes());
    regions.add(region);
    next += request.bytes() + 0x10000;
    return region;
  }

  @Override
  public void unmap(Region region) {
    regions.remove(region);
  }

  @Override
  public List<Region> regions() {
    return List.copyOf(regions);
  }

  @Override
  public void discard(PageSet pages) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void declareAlwaysDirty(PageSet pages) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PageSet alwaysDirty() {
    return PageSet.empty();
  }

  @Override
  public TrackingConsumer consumer(String name) {
    return new TrackingConsumer(this, name, consumer -> {});
  }

  @Override
  public <F> Optional<F> facility(Class<F> type) {
    return simulated && type == SimulatedCosts.class
        ? Optional.of(type.cast(new Costs()))
        : Optional.empty();
  }

  @Override
  public void addListener(Listener listener) {}

  @Override
  public void removeListener(Listener listener) {}

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
    memory.clear();
  }

  private final class Costs implements SimulatedCosts {
    @Override
    public String profile() {
      return "toy";
    }

    @Override
    public TechniqueStatistics events() {
      return TechniqueStatistics.of(Map.of("M5", memory.stores(), "M3", 1L));
    }

    @Override
    public void trackedBytes(long bytes) {}

    @Override
    public void count(String event, long times) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Priced price(TechniqueStatistics difference) {
      return new Priced(7 * difference.get("M3"), 0, difference.get("M5"), 0);
    }

    @Override
    public double untrackedPageWriteMillis() {
      return 2;
    }
  }
}
