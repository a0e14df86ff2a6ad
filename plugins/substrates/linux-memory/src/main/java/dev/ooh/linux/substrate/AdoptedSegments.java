package dev.ooh.linux.substrate;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.facility.FacilityException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Regions over memory that somebody else allocated. Guarded by the space. */
final class AdoptedSegments {
  private final LinuxCalls calls;
  private final MappingLimit limit;
  private final TreeMap<Long, Adopted> byStart = new TreeMap<>();

  /** Put together again only when they have changed, as are {@link #pages}. */
  private @Nullable List<Region> regions;

  private @Nullable PageSet pages;

  private record Adopted(Region region, MemorySegment segment) {}

  AdoptedSegments(LinuxCalls calls, MappingLimit limit) {
    this.calls = calls;
    this.limit = limit;
  }

  Region adopt(String name, MemorySegment segment) throws FacilityException {
    if (!segment.isNative() || segment.byteSize() == 0 || !segment.scope().isAlive()) {
      throw new FacilityException(
          "adopt %s: found %s%s, wanted a non-empty native segment of an open arena"
              .formatted(name, segment, segment.scope().isAlive() ? "" : " of a closed arena"));
    }
    long start = segment.address() & -PageSet.PAGE_SIZE;
    long end =
        (segment.address() + segment.byteSize() + PageSet.PAGE_SIZE - 1) & -PageSet.PAGE_SIZE;
    Region region = new Region(name, start, end - start);
    Adopted there = overlapping(start, end);
    if (there != null) {
      throw new FacilityException(
          "adopt %s: shares a page with %s; wanted segments aligned to pages, or one for both"
              .formatted(text(region), text(there.region)));
    }
    try {
      calls.checkMapped(start, end - start);
    } catch (CallException e) {
      throw new FacilityException(
          new IOException("adopt %s: %s".formatted(text(region), e.getMessage()), e),
          "a segment over memory that is mapped in this process");
    }
    limit.admit(() -> text(region), () -> pages().union(region.pages()));
    byStart.put(start, new Adopted(region, segment));
    changed();
    return region;
  }

  private @Nullable Adopted overlapping(long start, long end) {
    var before = byStart.lowerEntry(end);
    return before != null && before.getValue().region.end() > start ? before.getValue() : null;
  }

  void release(Region region) throws FacilityException {
    Adopted adopted = byStart.get(region.start());
    if (adopted == null || !adopted.region.equals(region)) {
      throw new FacilityException("release %s: wanted an adopted region".formatted(text(region)));
    }
    byStart.remove(region.start());
    changed();
  }

  private static String text(Region region) {
    return "region %s [0x%x, 0x%x), %d bytes"
        .formatted(region.name(), region.start(), region.end(), region.bytes());
  }

  /** Forgets and returns the regions whose arena was closed without a release. */
  List<Region> takeClosed() {
    List<Region> closed = new ArrayList<>();
    byStart.values().removeIf(adopted -> takeIfClosed(adopted, closed));
    return closed;
  }

  /** As {@link #takeClosed}, of those that lie where {@code segment} does: the work of a few. */
  List<Region> takeClosedAt(MemorySegment segment) {
    List<Region> closed = new ArrayList<>();
    long start = segment.address() & -PageSet.PAGE_SIZE;
    long end = segment.address() + segment.byteSize();
    Map.Entry<Long, Adopted> first = byStart.floorEntry(start);
    byStart
        .subMap(first == null ? start : first.getKey(), true, end, true)
        .values()
        .removeIf(adopted -> takeIfClosed(adopted, closed));
    return closed;
  }

  private boolean takeIfClosed(Adopted adopted, List<Region> closed) {
    if (adopted.segment.scope().isAlive()) {
      return false;
    }
    closed.add(adopted.region);
    changed();
    return true;
  }

  private void changed() {
    regions = null;
    pages = null;
  }

  /** In ascending order of address. */
  List<Region> regions() {
    if (regions == null) {
      regions = byStart.values().stream().map(Adopted::region).toList();
    }
    return regions;
  }

  /** The pages of all regions. */
  PageSet pages() {
    if (pages == null) {
      PageSet.Builder all = PageSet.builder();
      byStart.values().forEach(adopted -> all.addAll(adopted.region.pages()));
      pages = all.build();
    }
    return pages;
  }
}
