package dev.ooh.criu.toy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** An address space over arrays. */
public final class ToySpace implements AddressSpace {
  private static final long FIRST = 0x10000000L;
  private final ToyMemory memory = new ToyMemory();
  private final ToySnapshots snapshots = new ToySnapshots(memory);
  private final ExecutionContext execution = new ToyExecution();
  private final List<Region> regions = new ArrayList<>();
  private long next = FIRST;

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public String substrate() {
    return "toy";
  }

  @Override
  public ToyMemory memory() {
    return memory;
  }

  @Override
  public ExecutionContext execution() {
    return execution;
  }

  @Override
  public Region map(RegionRequest request) {
    long start = request.address().orElse(next);
    Region region = new Region(request.name(), start, request.bytes());
    for (Region other : regions) {
      if (region.pages().intersects(other.pages())) {
        throw new MemoryAccessException(
            start, "region %s: found %s, wanted free addresses".formatted(request.name(), other));
      }
    }
    next = Math.max(next, region.end() + (1 << 20));
    memory.map(region);
    regions.add(region);
    regions.sort(Comparator.comparingLong(Region::start));
    return region;
  }

  @Override
  public void unmap(Region region) {
    memory.unmap(region);
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
    return type == CopyBeforeWrite.class ? Optional.of(type.cast(snapshots)) : Optional.empty();
  }

  public ToySnapshots snapshots() {
    return snapshots;
  }

  @Override
  public void addListener(Listener listener) {}

  @Override
  public void removeListener(Listener listener) {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    List.copyOf(regions).forEach(this::unmap);
  }
}
