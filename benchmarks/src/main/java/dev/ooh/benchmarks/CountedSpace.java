package dev.ooh.benchmarks;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A space whose accesses are counted; else the space that it is given. */
final class CountedSpace implements AddressSpace {
  private final AddressSpace space;
  private final CountedMemory memory;

  CountedSpace(AddressSpace space) {
    this.space = space;
    this.memory = new CountedMemory(space.memory());
  }

  @Override
  public CountedMemory memory() {
    return memory;
  }

  @Override
  public String name() {
    return space.name();
  }

  @Override
  public String substrate() {
    return space.substrate();
  }

  @Override
  public ExecutionContext execution() {
    return space.execution();
  }

  @Override
  public Region map(RegionRequest request) {
    return space.map(request);
  }

  @Override
  public void unmap(Region region) {
    space.unmap(region);
  }

  @Override
  public List<Region> regions() {
    return space.regions();
  }

  @Override
  public void discard(PageSet pages) {
    space.discard(pages);
  }

  @Override
  public void expectWrites(PageSet pages) {
    space.expectWrites(pages);
  }

  @Override
  public void declareAlwaysDirty(PageSet pages) {
    space.declareAlwaysDirty(pages);
  }

  @Override
  public PageSet alwaysDirty() {
    return space.alwaysDirty();
  }

  @Override
  public TrackingConsumer consumer(String name) {
    return space.consumer(name);
  }

  @Override
  public <F> Optional<F> facility(Class<F> type) {
    return space.facility(type);
  }

  @Override
  public Optional<String> setting(String name) {
    return space.setting(name);
  }

  @Override
  public void setDefaults(Map<String, String> settings) {
    space.setDefaults(settings);
  }

  @Override
  public void addListener(Listener listener) {
    space.addListener(listener);
  }

  @Override
  public void removeListener(Listener listener) {
    space.removeListener(listener);
  }

  @Override
  public boolean isOpen() {
    return space.isOpen();
  }

  @Override
  public void close() {
    space.close();
  }
}
