package dev.ooh.linux.substrate;

import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is mapped where within a reservation. Guarded by the space. */
final class Mappings {
  private static final long ALIGNMENT = 2L << 20;

  private final long start;
  private final long end;
  private final TreeMap<Long, Mapping> byStart = new TreeMap<>();

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
    this.start = start;
    this.end = end;
  }

  /** The asked place, or the first gap that fits; a hole stays on each side of a region. */
  Region place(RegionRequest request) {
    if (request.bytes() > end - start) {
      throw noRoom(request);
    }
    if (request.address().isPresent()) {
      return asked(new Region(request.name(), request.address().get(), request.bytes()));
    }
    long at = (start + 2 * ALIGNMENT - 1) & -ALIGNMENT;
    for (Mapping mapping : byStart.values()) {
      if (at + request.bytes() < mapping.region.start()) {
        break;
      }
      at = (mapping.region.end() + 2 * ALIGNMENT - 1) & -ALIGNMENT;
    }
    if (at + request.bytes() >= end) {
      throw noRoom(request);
    }
    return new Region(request.name(), at, request.bytes());
  }

  private Region asked(Region region) {
    if (region.start() < start || region.start() > end - region.bytes()) {
      throw new MemoryAccessException(
          region.start(),
          "map %s: wanted a place in [0x%x, 0x%x) of this address space"
              .formatted(region, start, end));
    }
    var before = byStart.lowerEntry(region.end());
    if (before != null && before.getValue().region.end() > region.start()) {
      throw new MemoryAccessException(
          region.start(),
          "map %s: found %s there, wanted free addresses"
              .formatted(region, before.getValue().region));
    }
    return region;
  }

  private MemoryAccessException noRoom(RegionRequest request) {
    return new MemoryAccessException(
        start,
        "map region %s of %d bytes: no room in the %d bytes of this address space"
            .formatted(request.name(), request.bytes(), end - start));
  }

  void add(Region region, RegionRequest.Kind kind, int fd) {
    byStart.put(region.start(), new Mapping(region, kind, fd, false));
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
  }

  void remove(Region region) {
    byStart.remove(region.start());
  }

  List<Region> regions() {
    return live().map(Mapping::region).toList();
  }

  /** Shared mappings: their pages may leave the page table without a trace. */
  PageSet shared() {
    PageSet.Builder pages = PageSet.builder();
    live().filter(mapping -> !mapping.anonymous()).forEach(it -> pages.addAll(it.region.pages()));
    return pages.build();
  }

  /** Forgets everything and returns the descriptors behind it. */
  List<Integer> clear() {
    List<Integer> descriptors = live().map(Mapping::fd).filter(fd -> fd >= 0).toList();
    byStart.clear();
    return descriptors;
  }

  private Stream<Mapping> live() {
    return byStart.values().stream().filter(mapping -> !mapping.leaving);
  }
}
