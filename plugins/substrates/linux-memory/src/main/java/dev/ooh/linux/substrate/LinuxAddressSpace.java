package dev.ooh.linux.substrate;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.monitor.MonitorPool;
import dev.ooh.linux.scan.PagemapSoftDirty;
import dev.ooh.linux.scan.WriteProtectScans;
import dev.ooh.linux.userfault.LinuxCopyBeforeWrite;
import dev.ooh.linux.userfault.LinuxUserfaultfd;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.FileContents;
import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.support.BasicAddressSpace;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.OutsideWrites;
import dev.ooh.tracking.facility.ProcessFence;
import dev.ooh.tracking.facility.SegmentAdoption;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Mappings of this process within one {@link Reservation}. */
final class LinuxAddressSpace extends BasicAddressSpace implements SegmentAdoption, FileContents {
  private final KernelFence fence;
  private final LinuxCalls calls = new LinuxCalls();
  private final Reservation reservation;
  private final LinuxMemory memory;
  private final LinuxExecution execution;
  private final WriteProtectScans scans;
  private final LinuxUserfaultfd userfaultfd;
  private final LinuxCopyBeforeWrite copyBeforeWrite;
  private final MonitorPool monitors;
  private final PagemapSoftDirty softDirty = new PagemapSoftDirty();

  /** Guarded by this. */
  private final Mappings mappings;

  private final AdoptedSegments adopted = new AdoptedSegments(calls, new MappingLimit());

  private PageSet alwaysDirty = PageSet.empty();
  private boolean open = true;

  LinuxAddressSpace(SpaceOptions options, Architecture architecture, MonitorPool monitors)
      throws CallException {
    super("linux", options);
    execution = new LinuxExecution(options.value(LinuxSubstrate.WRITERS).equals("joined"));
    fence = new KernelFence(architecture);
    this.monitors = monitors;
    try {
      reservation = new Reservation(calls);
    } catch (CallException e) {
      softDirty.close();
      calls.close();
      throw e;
    }
    memory = new LinuxMemory(reservation.all());
    mappings = new Mappings(reservation.start(), reservation.end());
    scans = new WriteProtectScans(architecture);
    userfaultfd = new LinuxUserfaultfd(architecture, scans, monitors);
    copyBeforeWrite = new LinuxCopyBeforeWrite(architecture, userfaultfd);
    monitors.enter();
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
      region = mappings.place(request);
      try {
        mappings.add(region, request.kind(), back(request, region));
      } catch (CallException e) {
        throw new MemoryAccessException(
            region.start(),
            "map region %s of %d bytes at 0x%x: %s"
                .formatted(request.name(), request.bytes(), region.start(), e.getMessage()));
      }
    }
    tellMapped(region);
    return region;
  }

  @Override
  public void unmap(Region region) {
    synchronized (this) {
      checkOpen();
      Mappings.Mapping mapping = mappings.of(region);
      try {
        reservation.punch(region.start(), region.bytes());
      } catch (CallException e) {
        throw new MemoryAccessException(region.start(), "unmap " + region + ": " + e.getMessage());
      }
      mappings.leave(mapping);
      alwaysDirty = alwaysDirty.minus(region.pages());
      if (mapping.fd() >= 0) {
        calls.closeDescriptor(mapping.fd());
      }
    }
    try {
      tellUnmapped(region.pages());
    } finally {
      synchronized (this) {
        mappings.remove(region);
      }
    }
  }

  @Override
  public List<Region> regions() {
    forgetClosedArenas();
    synchronized (this) {
      List<Region> own = mappings.regions();
      List<Region> others = adopted.regions();
      if (others.isEmpty()) {
        return own;
      }
      if (own.isEmpty()) {
        return others;
      }
      return Stream.concat(own.stream(), others.stream())
          .sorted(Comparator.comparingLong(Region::start))
          .toList();
    }
  }

  @Override
  public Region adopt(String regionName, MemorySegment segment) throws FacilityException {
    PageSet closed;
    synchronized (this) {
      // Its addresses may be those of an arena that was closed.
      closed = gone(adopted.takeClosedAt(segment));
    }
    forget(closed);
    Region region;
    synchronized (this) {
      checkOpen();
      region = adopted.adopt(regionName, segment);
    }
    tellMapped(region);
    return region;
  }

  @Override
  public void release(Region region) throws FacilityException {
    synchronized (this) {
      checkOpen();
      adopted.release(region);
      alwaysDirty = alwaysDirty.minus(region.pages());
    }
    tellUnmapped(region.pages());
  }

  @Override
  public synchronized PageSet adopted() {
    return adopted.pages();
  }

  /** Pages of a closed arena are somebody else's by now. */
  private void forgetClosedArenas() {
    PageSet closed;
    synchronized (this) {
      closed = gone(adopted.takeClosed());
    }
    forget(closed);
  }

  private PageSet gone(List<Region> closed) {
    if (closed.isEmpty()) {
      return PageSet.empty();
    }
    PageSet.Builder builder = PageSet.builder();
    closed.forEach(region -> builder.addAll(region.pages()));
    PageSet pages = builder.build();
    alwaysDirty = alwaysDirty.minus(pages);
    return pages;
  }

  private void forget(PageSet closed) {
    if (!closed.isEmpty()) {
      tellUnmapped(closed);
    }
  }

  @Override
  public void discard(PageSet pages) {
    PageSet.Builder done = PageSet.builder();
    try {
      synchronized (this) {
        checkOpen();
        pages.forEachRun(this::checkDiscard);
        for (int run = 0; run < pages.runCount(); run++) {
          done.add(pages.runStart(run), pages.runEnd(run));
          discard(pages.runStart(run), pages.runEnd(run));
        }
      }
    } finally {
      // What was discarded before a hole in a run, or in runs before it, has changed all the same.
      PageSet changed = done.build();
      if (!changed.isEmpty()) {
        tellChanged(changed);
      }
    }
  }

  /** Resolves all write-protect faults, and makes what has no memory yet, in one call a run. */
  @Override
  public synchronized void expectWrites(PageSet pages) {
    checkOpen();
    for (int run = 0; run < pages.runCount(); run++) {
      long start = pages.runStart(run);
      try {
        calls.madvise(start, pages.runEnd(run) - start, MappingFlags.MADV_POPULATE_WRITE);
      } catch (CallException e) {
        // An older kernel, or nothing mapped: the stores find the same.
        return;
      }
    }
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
  public FileContents.Filling fill(Region region) {
    synchronized (this) {
      checkOpen();
      Mappings.Mapping mapping = mappings.holding(region.start(), region.end());
      if (mapping == null || !mapping.region().equals(region) || !mapping.anonymous()) {
        throw new MemoryAccessException(
            region.start(), "fill %s: wanted a mapped region of private memory".formatted(region));
      }
    }
    // Other mappings are at its addresses then, which nobody watches.
    return new MappedFilling(
        region.start(),
        region.bytes(),
        () -> {
          tellUnmapped(region.pages());
          tellMapped(region);
        });
  }

  @Override
  public <F> Optional<F> facility(Class<F> type) {
    if (type == WriteProtectScan.class) {
      return Optional.of(type.cast(scans));
    }
    if (type == OutsideWrites.class) {
      return Optional.of(type.cast(new KernelWrites()));
    }
    if (type == ProcessFence.class) {
      return fence.offered().map(type::cast);
    }
    if (type == SegmentAdoption.class || type == FileContents.class) {
      return Optional.of(type.cast(this));
    }
    if (type == Userfaultfd.class) {
      return Optional.of(type.cast(userfaultfd));
    }
    if (type == CopyBeforeWrite.class) {
      return Optional.of(type.cast(copyBeforeWrite));
    }
    return type == SoftDirtyPagemap.class ? Optional.of(type.cast(softDirty)) : Optional.empty();
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
    try {
      tellClosing();
    } finally {
      letGo();
    }
  }

  private void letGo() {
    monitors.leave();
    synchronized (this) {
      reservation.close();
      mappings.clear().forEach(calls::closeDescriptor);
      softDirty.close();
      fence.close();
      calls.close();
    }
  }

  private PageSet mapped() {
    PageSet.Builder pages = PageSet.builder();
    pages.addAll(adopted.pages());
    mappings.regions().forEach(region -> pages.addAll(region.pages()));
    return pages.build();
  }

  /** Maps the region's memory and returns the descriptor behind it, or -1. */
  private int back(RegionRequest request, Region region) throws CallException {
    if (request.kind() == RegionRequest.Kind.ANONYMOUS) {
      reservation.mapAnonymous(region.start(), region.bytes());
      adviseHugePages(region, request.hugePages());
      return -1;
    }
    int fd =
        request.kind() == RegionRequest.Kind.MEMFD
            ? calls.memfdCreate(request.name())
            : openFile(request, region);
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

  private void adviseHugePages(Region region, boolean wanted) throws CallException {
    try {
      HugePages.advise(calls, region.start(), region.bytes(), wanted);
    } catch (CallException e) {
      reservation.punch(region.start(), region.bytes());
      throw e;
    }
  }

  private int openFile(RegionRequest request, Region region) throws CallException {
    Path file = request.file().orElseThrow();
    long found = file.toFile().length();
    int fd = calls.open(file.toString(), MappingFlags.O_RDWR);
    if (found < region.bytes()) {
      calls.closeDescriptor(fd);
      throw new MemoryAccessException(
          region.start(),
          "map region %s of file %s: found %d bytes, wanted %d or more"
              .formatted(request.name(), file, found, region.bytes()));
    }
    return fd;
  }

  private void checkDiscard(long start, long end) {
    if (mappings.holding(start, end) == null) {
      throw new MemoryAccessException(
          start, "discard [0x%x, 0x%x): wanted pages of one region".formatted(start, end));
    }
  }

  private void discard(long start, long end) {
    Mappings.Mapping mapping = Objects.requireNonNull(mappings.holding(start, end));
    try {
      calls.madvise(
          start,
          end - start,
          mapping.anonymous() ? MappingFlags.MADV_DONTNEED : MappingFlags.MADV_REMOVE);
    } catch (CallException e) {
      throw new MemoryAccessException(start, "discard: " + e.getMessage());
    }
  }
}
