package dev.ooh.testing.space;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.support.BasicAddressSpace;
import dev.ooh.memory.support.RegionPlacement;
import dev.ooh.memory.support.Regions;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.OutsideWrites;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An address space in the Java heap. It offers writes from outside and a fork; a test adds what
 * else its substrate should offer.
 */
public final class TestSpace extends BasicAddressSpace {
  private static final long FIRST = 1L << 30;

  /** Room between regions, so that one can grow by another one right behind it. */
  private static final long ALIGNMENT = 64L << 20;

  private static final RegionPlacement PLACEMENT =
      new RegionPlacement(PageSet.PAGE_SIZE, FIRST, 1L << 47, ALIGNMENT);

  private final TestMemory memory = new TestMemory();
  private final ExecutionContext execution;
  private final Map<Class<?>, Object> facilities = new HashMap<>();
  private volatile Regions regions = Regions.none(PLACEMENT);
  private volatile PageSet alwaysDirty = PageSet.empty();
  private volatile PageSet discarded = PageSet.empty();
  private volatile PageSet expected = PageSet.empty();
  private volatile boolean open = true;

  /** A space {@code test} on the substrate {@code test}, whose threads are ordinary ones. */
  public TestSpace() {
    this("test", SpaceOptions.named("test"), new TestExecution());
  }

  /** As {@link #TestSpace()}, with threads of the test's choice. */
  public TestSpace(ExecutionContext execution) {
    this("test", SpaceOptions.named("test"), execution);
  }

  public TestSpace(String substrate, SpaceOptions options, ExecutionContext execution) {
    super(substrate, options);
    this.execution = execution;
    offer(Fork.class, this::fork);
    offer(
        OutsideWrites.class,
        (address, source, offset, length) -> {
          memory.write(address, source, offset, length);
        });
  }

  /** From now on the space offers {@code facility}. */
  public <F> TestSpace offer(Class<F> type, F facility) {
    facilities.put(type, facility);
    return this;
  }

  /** A child with the same contents, and with the same execution context. */
  private AddressSpace fork(String childName) {
    TestSpace child =
        new TestSpace(substrate(), new SpaceOptions(childName, options().settings()), execution);
    synchronized (this) {
      memory.copyTo(child.memory);
      child.regions = regions;
      child.alwaysDirty = alwaysDirty;
    }
    return child;
  }

  /** Maps so many pages at a place that the space chooses. */
  public Region mapPages(int pages) {
    return map(RegionRequest.anonymous("region", (long) pages * PageSet.PAGE_SIZE));
  }

  /** Stores a byte. */
  public void store(long address) {
    memory.putByte(address, (byte) 1);
  }

  /** Tells the listeners of doubt. */
  public void doubt(String reason) {
    tellDoubt(reason);
  }

  @Override
  public TestMemory memory() {
    return memory;
  }

  @Override
  public ExecutionContext execution() {
    return execution;
  }

  @Override
  public Region map(RegionRequest request) {
    Region region;
    synchronized (this) {
      checkOpen();
      region = regions.place(request);
      memory.map(region);
      regions = regions.plus(region);
    }
    tellMapped(region);
    return region;
  }

  @Override
  public void unmap(Region region) {
    synchronized (this) {
      checkOpen();
      regions.check(region);
      regions = regions.minus(region);
      memory.unmap(region);
      alwaysDirty = alwaysDirty.minus(region.pages());
    }
    tellUnmapped(region.pages());
  }

  @Override
  public List<Region> regions() {
    return regions.list();
  }

  @Override
  public void discard(PageSet pages) {
    checkOpen();
    memory.zero(pages);
    synchronized (this) {
      discarded = discarded.union(pages);
    }
    tellChanged(pages);
  }

  /** Tells of an unmapping in such a way that no listener can note it, as where memory runs out. */
  @SuppressWarnings("NullAway") // what fails is up to the listeners
  public void tellUnmappedInVain() {
    tellUnmapped(null);
  }

  /** What was ever discarded. */
  public PageSet discarded() {
    return discarded;
  }

  @Override
  public synchronized void expectWrites(PageSet pages) {
    expected = expected.union(pages);
  }

  /** What writes were ever expected to. */
  public PageSet expected() {
    return expected;
  }

  @Override
  public synchronized void declareAlwaysDirty(PageSet pages) {
    checkOpen();
    alwaysDirty = alwaysDirty.union(pages.intersect(regions.pages()));
  }

  @Override
  public PageSet alwaysDirty() {
    return alwaysDirty;
  }

  @Override
  public <F> Optional<F> facility(Class<F> type) {
    return Optional.ofNullable(type.cast(facilities.get(type)));
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (!open) {
        return;
      }
      open = false;
    }
    try {
      tellClosing();
    } finally {
      synchronized (this) {
        regions.list().forEach(memory::unmap);
        regions = Regions.none(PLACEMENT);
      }
    }
  }
}
