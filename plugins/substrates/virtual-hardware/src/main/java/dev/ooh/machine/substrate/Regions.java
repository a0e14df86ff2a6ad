package dev.ooh.machine.substrate;

import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The regions of a space and their pages, ascending; immutable. */
record Regions(List<Region> list, PageSet pages) {
  static final Regions NONE = new Regions(List.of(), PageSet.empty());

  /** Where the first region goes: low, so that the flat table of translations stays small. */
  private static final long FIRST = 256L << 20;

  /** Regions end below. */
  private static final long LIMIT = 1L << 36;

  private static final long ALIGNMENT = 2L << 20;

  static Regions of(List<Region> regions) {
    List<Region> sorted = new ArrayList<>(regions);
    sorted.sort(Comparator.comparingLong(Region::start));
    PageSet.Builder pages = PageSet.builder();
    sorted.forEach(region -> pages.add(region.start(), region.end()));
    return new Regions(List.copyOf(sorted), pages.build());
  }

  Regions plus(Region region) {
    List<Region> more = new ArrayList<>(list);
    more.add(region);
    return of(more);
  }

  Regions minus(Region region) {
    List<Region> fewer = new ArrayList<>(list);
    fewer.remove(region);
    return of(fewer);
  }

  /**
   * @throws MemoryAccessException if {@code region} isn't one of these
   */
  void check(Region region) {
    if (!list.contains(region)) {
      throw new MemoryAccessException(
          region.start(), "unmap " + region + ": wanted one of the regions " + list);
    }
  }

  /** The asked place, or the first gap that fits, with a hole on each side. */
  Region place(RegionRequest request) {
    long bytes = request.bytes();
    if (request.address().isPresent()) {
      Region region = new Region(request.name(), request.address().get(), bytes);
      if (region.start() < ALIGNMENT || region.end() > LIMIT) {
        throw new MemoryAccessException(
            region.start(),
            "map %s: wanted a place in [0x%x, 0x%x)".formatted(region, ALIGNMENT, LIMIT));
      }
      for (Region other : list) {
        if (other.start() < region.end() && region.start() < other.end()) {
          throw new MemoryAccessException(
              region.start(),
              "map %s: found %s there, wanted free addresses".formatted(region, other));
        }
      }
      return region;
    }
    long start = FIRST;
    for (Region other : list) {
      if (start + bytes < other.start()) {
        break;
      }
      start = Math.max(start, (other.end() + 2 * ALIGNMENT - 1) & -ALIGNMENT);
    }
    if (start + bytes > LIMIT) {
      throw new MemoryAccessException(
          start,
          "map region %s of %d bytes: no room below 0x%x".formatted(request.name(), bytes, LIMIT));
    }
    return new Region(request.name(), start, bytes);
  }
}
