package dev.ooh.gc.testing;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An address space in an array. */
public final class ArraySpace implements AddressSpace {
  /** What the space leaves free behind a region whose place it chooses, so that it can grow. */
  private static final long ROOM = 64L << 20;

  private final ArrayMemory memory = new ArrayMemory();
  private final List<Region> regions = new ArrayList<>();
  private final BatonExecution execution = new BatonExecution();
  private PageSet expected = PageSet.empty();
  private PageSet discarded = PageSet.empty();
  private long next = ArrayMemory.BASE;

  @Override
  public String name() {
    return "array";
  }

  @Override
  public String substrate() {
    return "array";
  }

  @Override
  public Memory memory() {
    return memory;
  }

  ArrayMemory bytes() {
    return memory;
  }

  /** How many threads were ever started. */
  public int spawned() {
    return execution.spawned();
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
      if (other.start() < region.end() && region.start() < other.end()) {
        throw new MemoryAccessException(start, region + " is taken by " + other);
      }
    }
    regions.add(region);
    memory.grow(Math.max(memory.end(), region.end()) - ArrayMemory.BASE);
    if (request.address().isEmpty()) {
      next = region.end() + ROOM;
    }
    return region;
  }

  @Override
  public void unmap(Region region) {
    throw new UnsupportedOperationException("unmap");
  }

  @Override
  public List<Region> regions() {
    return List.copyOf(regions);
  }

  @Override
  public void discard(PageSet pages) {
    pages.forEachRun(
        (start, end) -> {
          if (regions.stream()
              .noneMatch(region -> region.start() <= start && end <= region.end())) {
            throw new IllegalArgumentException("discard " + pages + ": wanted pages of one region");
          }
          memory.fill(start, end - start, (byte) 0);
        });
    discarded = discarded.union(pages);
  }

  /** What was ever discarded. */
  public PageSet discarded() {
    return discarded;
  }

  @Override
  public void expectWrites(PageSet pages) {
    expected = expected.union(pages);
  }

  /** What writes were ever expected to. */
  public PageSet expected() {
    return expected;
  }

  @Override
  public void declareAlwaysDirty(PageSet pages) {
    throw new UnsupportedOperationException("declareAlwaysDirty");
  }

  @Override
  public PageSet alwaysDirty() {
    return PageSet.empty();
  }

  @Override
  public TrackingConsumer consumer(String name) {
    return new TrackingConsumer(this, name, closed -> {});
  }

  @Override
  public <F> Optional<F> facility(Class<F> type) {
    return Optional.empty();
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
  public void close() {}
}
