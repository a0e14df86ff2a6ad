package dev.ooh.conformance.model;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.OutsideWrites;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

final class ModelSpace implements AddressSpace {
  private final ModelMemory memory = new ModelMemory();
  private final long seed;
  private final ModelExecution execution;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final TreeMap<Long, Region> regions = new TreeMap<>();
  private PageSet alwaysDirty = PageSet.empty();
  private long next = 0x100000;
  private boolean open = true;

  /**
   * @param seed whose turn it is at each poll
   */
  ModelSpace(long seed) {
    this.seed = seed;
    this.execution = new ModelExecution(seed);
  }

  @Override
  public String name() {
    return "model";
  }

  @Override
  public String substrate() {
    return "model";
  }

  @Override
  public ModelMemory memory() {
    return memory;
  }

  @Override
  public ExecutionContext execution() {
    return execution;
  }

  @Override
  public Region map(RegionRequest request) {
    Region region = new Region(request.name(), request.address().orElse(next), request.bytes());
    synchronized (regions) {
      var before = regions.lowerEntry(region.end());
      if (before != null && before.getValue().end() > region.start()) {
        throw new MemoryAccessException(region.start(), region + " overlaps " + before.getValue());
      }
      memory.map(region);
      regions.put(region.start(), region);
      next = Math.max(next, region.end() + PageSet.PAGE_SIZE);
    }
    tell(listener -> listener.mapped(this, region));
    return region;
  }

  @Override
  public void unmap(Region region) {
    synchronized (regions) {
      regions.remove(region.start());
      memory.unmap(region.pages());
      alwaysDirty = alwaysDirty.minus(region.pages());
    }
    tell(listener -> listener.unmapped(this, region.pages()));
  }

  @Override
  public List<Region> regions() {
    synchronized (regions) {
      return List.copyOf(regions.values());
    }
  }

  @Override
  public void discard(PageSet pages) {
    memory.zero(pages);
    tell(listener -> listener.changed(this, pages));
  }

  @Override
  public void declareAlwaysDirty(PageSet pages) {
    alwaysDirty = alwaysDirty.union(pages);
  }

  @Override
  public PageSet alwaysDirty() {
    return alwaysDirty;
  }

  @Override
  public TrackingConsumer consumer(String name) {
    return new TrackingConsumer(
        this, name, closed -> tell(listener -> listener.consumerClosed(closed)));
  }

  @Override
  public <F> Optional<F> facility(Class<F> type) {
    if (type == OutsideWrites.class) {
      OutsideWrites outside = this::writeFromOutside;
      return Optional.of(type.cast(outside));
    }
    if (type == Fork.class) {
      Fork fork = childName -> fork();
      return Optional.of(type.cast(fork));
    }
    return Optional.empty();
  }

  private void writeFromOutside(long address, byte[] source, int offset, int length) {
    memory.putLong(
        address, ByteBuffer.wrap(source, offset, length).order(ByteOrder.LITTLE_ENDIAN).getLong());
  }

  private AddressSpace fork() {
    ModelSpace child = new ModelSpace(seed);
    synchronized (regions) {
      child.regions.putAll(regions);
      memory.copyTo(child.memory);
    }
    return child;
  }

  @Override
  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(Listener listener) {
    listeners.remove(listener);
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    if (open) {
      tell(listener -> listener.closing(this));
      open = false;
    }
  }

  private void tell(Consumer<Listener> event) {
    listeners.forEach(event);
  }
}
