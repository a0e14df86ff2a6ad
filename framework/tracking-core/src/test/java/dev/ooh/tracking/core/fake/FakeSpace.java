package dev.ooh.tracking.core.fake;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** An address space that holds no bytes: stores are told to whoever subscribed. */
public final class FakeSpace implements AddressSpace {
  private final FakeExecution execution = new FakeExecution();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<LongConsumer> stores = new CopyOnWriteArrayList<>();
  private final List<Region> regions = new ArrayList<>();
  private PageSet alwaysDirty = PageSet.empty();
  private long next = 0x10000;
  private boolean open = true;

  /** A store to {@code address}. */
  public void store(long address) {
    stores.forEach(subscriber -> subscriber.accept(address));
  }

  public void subscribe(LongConsumer subscriber) {
    stores.add(subscriber);
  }

  public void unsubscribe(LongConsumer subscriber) {
    stores.remove(subscriber);
  }

  /** Tells the listeners of doubt. */
  public void doubt(String reason) {
    tell(listener -> listener.doubt(this, reason));
  }

  public Region mapPages(int pages) {
    return map(RegionRequest.anonymous("region", (long) pages * PageSet.PAGE_SIZE));
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public String substrate() {
    return "fake";
  }

  @Override
  public Memory memory() {
    throw new UnsupportedOperationException("no bytes here");
  }

  @Override
  public FakeExecution execution() {
    return execution;
  }

  @Override
  public Region map(RegionRequest request) {
    long start = request.address().orElse(next);
    Region region = new Region(request.name(), start, request.bytes());
    next = Math.max(next, region.end() + PageSet.PAGE_SIZE);
    synchronized (regions) {
      regions.add(region);
      regions.sort(Comparator.comparingLong(Region::start));
    }
    tell(listener -> listener.mapped(this, region));
    return region;
  }

  @Override
  public void unmap(Region region) {
    synchronized (regions) {
      regions.remove(region);
    }
    alwaysDirty = alwaysDirty.minus(region.pages());
    tell(listener -> listener.unmapped(this, region.pages()));
  }

  @Override
  public List<Region> regions() {
    synchronized (regions) {
      return List.copyOf(regions);
    }
  }

  @Override
  public void discard(PageSet pages) {
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
    return Optional.empty();
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
