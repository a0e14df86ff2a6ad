package dev.ooh.linux.substrate;

import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.support.RegionPlacement;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is mapped where within a reservation. Guarded by the space. */
final class Mappings {
  private static final long ALIGNMENT = 2L << 20;

  private final RegionPlacement placement;
  private final TreeMap<Long, Mapping> byStart = new TreeMap<>();

  /** Put together again only when it has changed. */
  private @Nullable List<Region> regions;

  /**
   * What backs a region.
   *
   * @param fd -1 for anonymous memory
   * @param leaving unmapped, but not everybody was told yet, so that its place is still taken
   */
  record Mapping(Region region, RegionRequest.Kind kind, int fd, boolean leaving) {
    boolean anonymous() {
      return kind == RegionRequest.Kind.ANONYMOUS;
    }
  }

  Mappings(long start, long end) {
    long first = (start + 2 * ALIGNMENT - 1) & -ALIGNMENT;
    placement = new RegionPlacement(start, first, end, ALIGNMENT);
  }

  /** The asked place, or the first gap that fits; a hole stays on each side of a region. */
  Region place(RegionRequest request) {
    return placement.place(
        request, () -> byStart.values().stream().map(Mapping::region).iterator());
  }

  void add(Region region, RegionRequest.Kind kind, int fd) {
    byStart.put(region.start(), new Mapping(region, kind, fd, false));
    regions = null;
  }

  /** The mapping of exactly this region. */
  Mapping of(Region region) {
    Mapping mapping = byStart.get(region.start());
    if (mapping == null || mapping.leaving || !mapping.region.equals(region)) {
      throw new MemoryAccessException(
          region.start(),
          "unmap %s: found %s, wanted a mapped region"
              .formatted(region, mapping == null ? "nothing" : mapping.region));
    }
    return mapping;
  }

  /** The mapping that holds all of {@code [from, to)}, or null. */
  @Nullable Mapping holding(long from, long to) {
    var floor = byStart.floorEntry(from);
    if (floor == null || floor.getValue().leaving || floor.getValue().region.end() < to) {
      return null;
    }
    return floor.getValue();
  }

  /** Counts as unmapped from here on; the place stays taken until {@link #remove}. */
  void leave(Mapping mapping) {
    byStart.put(
        mapping.region.start(), new Mapping(mapping.region, mapping.kind, mapping.fd, true));
    regions = null;
  }

  void remove(Region region) {
    byStart.remove(region.start());
  }

  /** In ascending order of address. */
  List<Region> regions() {
    if (regions == null) {
      regions = live().map(Mapping::region).toList();
    }
    return regions;
  }

  /** Forgets everything and returns the descriptors behind it. */
  List<Integer> clear() {
    List<Integer> descriptors = live().map(Mapping::fd).filter(fd -> fd >= 0).toList();
    byStart.clear();
    regions = null;
    return descriptors;
  }

  private Stream<Mapping> live() {
    return byStart.values().stream().filter(mapping -> !mapping.leaving);
  }
}
