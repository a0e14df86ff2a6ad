package dev.ooh.linux.substrate;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.scan.PagemapSoftDirty;
import dev.ooh.linux.scan.WriteProtectScans;
import dev.ooh.linux.userfault.LinuxUserfaultfd;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.SegmentAdoption;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Mappings of this process within one {@link Reservation}. */
final class LinuxAddressSpace implements AddressSpace, SegmentAdoption {
  private static final long ALIGNMENT = 2L << 20;

  private final String name;
  private final LinuxCalls calls = new LinuxCalls();
  private final Reservation reservation;
  private final LinuxMemory memory;
  private final LinuxExecution execution = new LinuxExecution();
  private final WriteProtectScans scans;
  private final LinuxUserfaultfd userfaultfd;
  private final PagemapSoftDirty softDirty = new PagemapSoftDirty();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** By start; guarded by this. */
  private final TreeMap<Long, Mapping> mappings = new TreeMap<>();

  private final AdoptedSegments adopted = new AdoptedSegments();

  private PageSet alwaysDirty = PageSet.empty();
  private boolean open = true;

  /** What backs a region; {@code fd} is -1 for anonymous memory. */
  private record Mapping(Region region, RegionRequest.Kind kind, int fd) {}

  LinuxAddressSpace(String name, Architecture architecture) throws CallException {
    this.name = name;
    try {
      reservation = new Reservation(calls);
    } catch (CallException e) {
      calls.close();
      throw e;
    }
    memory = new LinuxMemory(reservation.all());
    scans = new WriteProtectScans(architecture, this::sharedPages);
    userfaultfd = new LinuxUserfaultfd(architecture, scans);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String substrate() {
    return "linux";
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
    Region region;
    synchronized (this) {
      checkOpen();
      region = place(request);
      int fd = -1;
      try {
        fd = back(request, region);
        if (request.kind() == RegionRequest.Kind.ANONYMOUS) {
          calls.madvise(
              region.start(),
              region.bytes(),
              request.hugePages() ? MappingFlags.MADV_HUGEPAGE : MappingFlags.MADV_NOHUGEPAGE);
        }
      } catch (CallException e) {
        if (fd >= 0) {
          calls.closeDescriptor(fd);
        }
        throw new MemoryAccessException(
            region.start(),
            "map region %s of %d bytes at 0x%x: %s"
                .formatted(request.name(), request.bytes(), region.start(), e.getMessage()));
      }
      mappings.put(region.start(), new Mapping(region, request.kind(), fd));
    }
    tell(listener -> listener.mapped(this, region));
    return region;
  }

  @Override
  public void unmap(Region region) {
    synchronized (this) {
      checkOpen();
      Mapping mapping = mappings.get(region.start());
      if (mapping == null || !mapping.region.equals(region)) {
        throw new MemoryAccessException(
            region.start(),
            "unmap %s: found %s, wanted a mapped region"
                .formatted(region, mapping == null ? "nothing" : mapping.region));
      }
      mappings.remove(region.start());
      alwaysDirty = alwaysDirty.minus(region.pages());
      try {
        reservation.punch(region.start(), region.bytes());
      } catch (CallException e) {
        throw new MemoryAccessException(region.start(), "unmap " + region + ": " + e.getMessage());
      }
      if (mapping.fd >= 0) {
        calls.closeDescriptor(mapping.fd);
      }
    }
    tell(listener -> listener.unmapped(this, region.pages()));
  }

  @Override
  public List<Region> regions() {
    forgetClosedArenas();
    synchronized (this) {
      List<Region> regions = new ArrayList<>(adopted.regions());
      mappings.values().forEach(mapping -> regions.add(mapping.region));
      regions.sort(Comparator.comparingLong(Region::start));
      return regions;
    }
  }

  @Override
  public Region adopt(String regionName, MemorySegment segment) throws FacilityException {
    Region region;
    synchronized (this) {
      checkOpen();
      region = adopted.adopt(regionName, segment);
    }
    tell(listener -> listener.mapped(this, region));
    return region;
  }

  @Override
  public void release(Region region) throws FacilityException {
    synchronized (this) {
      checkOpen();
      adopted.release(region);
    }
    tell(listener -> listener.unmapped(this, region.pages()));
  }

  /** Pages of a closed arena are somebody else's by now. */
  private void forgetClosedArenas() {
    List<Region> closed;
    synchronized (this) {
      closed = adopted.takeClosed();
    }
    closed.forEach(region -> tell(listener -> listener.unmapped(this, region.pages())));
  }

  @Override
  public void discard(PageSet pages) {
    synchronized (this) {
      checkOpen();
      for (int run = 0; run < pages.runCount(); run++) {
        discard(pages.runStart(run), pages.runEnd(run));
      }
    }
    tell(listener -> listener.changed(this, pages));
  }

  @Override
  public synchronized void declareAlwaysDirty(PageSet pages) {
    checkOpen();
    alwaysDirty = alwaysDirty.union(pages.intersect(mapped()));
  }

  @Override
  public synchronized PageSet alwaysDirty() {
    return alwaysDirty;
  }

  @Override
  public TrackingConsumer consumer(String consumerName) {
    return new TrackingConsumer(
        this, consumerName, consumer -> tell(listener -> listener.consumerClosed(consumer)));
  }

  @Override
  public <F> Optional<F> facility(Class<F> type) {
    if (type == WriteProtectScan.class) {
      return Optional.of(type.cast(scans));
    }
    if (type == SegmentAdoption.class) {
      return Optional.of(type.cast(this));
    }
    if (type == Userfaultfd.class) {
      return Optional.of(type.cast(userfaultfd));
    }
    return type == SoftDirtyPagemap.class ? Optional.of(type.cast(softDirty)) : Optional.empty();
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
  public synchronized boolean isOpen() {
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
    tell(listener -> listener.closing(this));
    synchronized (this) {
      reservation.close();
      mappings.values().stream()
          .filter(mapping -> mapping.fd >= 0)
          .forEach(mapping -> calls.closeDescriptor(mapping.fd));
      mappings.clear();
      softDirty.close();
      calls.close();
    }
  }

  private void tell(Consumer<Listener> event) {
    listeners.forEach(event);
  }

  private void checkOpen() {
    if (!open) {
      throw new IllegalStateException("address space " + name + " is closed, wanted an open one");
    }
  }

  private PageSet mapped() {
    PageSet.Builder pages = PageSet.builder();
    adopted.regions().forEach(region -> pages.addAll(region.pages()));
    mappings.values().forEach(mapping -> pages.addAll(mapping.region.pages()));
    return pages.build();
  }

  /** Mappings whose pages may leave the page table without a trace, and so need markers. */
  private synchronized PageSet sharedPages() {
    PageSet.Builder pages = PageSet.builder();
    mappings.values().stream()
        .filter(mapping -> mapping.kind != RegionRequest.Kind.ANONYMOUS)
        .forEach(mapping -> pages.addAll(mapping.region.pages()));
    return pages.build().union(adopted.mappedFiles());
  }

  /** The asked place, or the first gap that fits; a hole stays on each side of a region. */
  private Region place(RegionRequest request) {
    if (request.address().isPresent()) {
      Region region = new Region(request.name(), request.address().get(), request.bytes());
      if (region.start() < reservation.start() || region.end() > reservation.end()) {
        throw new MemoryAccessException(
            region.start(),
            "map %s: wanted a place in [0x%x, 0x%x) of this address space"
                .formatted(region, reservation.start(), reservation.end()));
      }
      var before = mappings.lowerEntry(region.end());
      if (before != null && before.getValue().region.end() > region.start()) {
        throw new MemoryAccessException(
            region.start(),
            "map %s: found %s there, wanted free addresses"
                .formatted(region, before.getValue().region));
      }
      return region;
    }
    long start = reservation.start() + ALIGNMENT;
    for (Mapping mapping : mappings.values()) {
      if (start + request.bytes() < mapping.region.start()) {
        break;
      }
      start = (mapping.region.end() + 2 * ALIGNMENT - 1) & -ALIGNMENT;
    }
    if (start + request.bytes() >= reservation.end()) {
      throw new MemoryAccessException(
          start,
          "map region %s of %d bytes: no room in the %d bytes of this address space"
              .formatted(request.name(), request.bytes(), Reservation.BYTES));
    }
    return new Region(request.name(), start, request.bytes());
  }

  /** Maps the region's memory and returns the descriptor behind it, or -1. */
  private int back(RegionRequest request, Region region) throws CallException {
    if (request.kind() == RegionRequest.Kind.ANONYMOUS) {
      reservation.mapAnonymous(region.start(), region.bytes());
      return -1;
    }
    int fd =
        request.kind() == RegionRequest.Kind.MEMFD
            ? calls.memfdCreate(request.name())
            : calls.open(request.file().orElseThrow().toString(), MappingFlags.O_RDWR);
    try {
      if (request.kind() == RegionRequest.Kind.MEMFD) {
        calls.ftruncate(fd, region.bytes());
      }
      reservation.mapShared(region.start(), region.bytes(), fd);
      return fd;
    } catch (CallException e) {
      calls.closeDescriptor(fd);
      throw e;
    }
  }

  private void discard(long start, long end) {
    var mapping = mappings.floorEntry(start);
    if (mapping == null || mapping.getValue().region.end() < end) {
      throw new MemoryAccessException(
          start, "discard [0x%x, 0x%x): wanted pages of one region".formatted(start, end));
    }
    boolean anonymous = mapping.getValue().kind == RegionRequest.Kind.ANONYMOUS;
    try {
      calls.madvise(
          start, end - start, anonymous ? MappingFlags.MADV_DONTNEED : MappingFlags.MADV_REMOVE);
    } catch (CallException e) {
      throw new MemoryAccessException(start, "discard: " + e.getMessage());
    }
  }
}
