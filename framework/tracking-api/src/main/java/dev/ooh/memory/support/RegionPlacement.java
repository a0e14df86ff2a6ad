package dev.ooh.memory.support;

import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;

/**
 * Where regions go within an address space: at the asked address if that is free, else into the
 * first gap that leaves a hole on each side, so that running past a region's end is found out.
 *
 * @param least lowest address that may be asked for
 * @param first where the space's own choice begins, {@code least} or higher
 * @param end addresses below are the space's
 * @param alignment of the starts that the space chooses, bytes, a power of two; a hole has as many
 *     bytes or more
 */
public record RegionPlacement(long least, long first, long end, long alignment) {
  public RegionPlacement {
    if (least < 0 || first < least || end < first || Long.bitCount(alignment) != 1) {
      throw new IllegalArgumentException(
          "placement is 0x%x, 0x%x, 0x%x by %d; wanted ascending addresses and a power of two"
              .formatted(least, first, end, alignment));
    }
    if (alignment < PageSet.PAGE_SIZE) {
      throw new IllegalArgumentException(
          "alignment is %d bytes, wanted a page or more".formatted(alignment));
    }
  }

  /**
   * The place of a new region.
   *
   * @param taken the regions that are there, in ascending order of address
   * @throws MemoryAccessException if the asked address is outside the space or taken, or no gap is
   *     long enough; the message says what was found and wanted
   */
  public Region place(RegionRequest request, Iterable<Region> taken) {
    return request.address().isPresent()
        ? asked(new Region(request.name(), request.address().get(), request.bytes()), taken)
        : chosen(request, taken);
  }

  private Region asked(Region region, Iterable<Region> taken) {
    if (region.start() < least || region.bytes() > end || region.start() > end - region.bytes()) {
      throw new MemoryAccessException(
          region.start(),
          "map %s: wanted a place in [0x%x, 0x%x) of this address space"
              .formatted(region, least, end));
    }
    for (Region other : taken) {
      if (other.start() < region.end() && region.start() < other.end()) {
        throw new MemoryAccessException(
            region.start(),
            "map %s: found %s there, wanted free addresses".formatted(region, other));
      }
    }
    return region;
  }

  private Region chosen(RegionRequest request, Iterable<Region> taken) {
    long at = first;
    for (Region other : taken) {
      if (request.bytes() < other.start() - at) {
        break;
      }
      at = Math.max(at, (other.end() + 2 * alignment - 1) & -alignment);
    }
    if (request.bytes() >= end - at) {
      throw new MemoryAccessException(
          at,
          "map region %s of %d bytes: no room in [0x%x, 0x%x) of this address space"
              .formatted(request.name(), request.bytes(), least, end));
    }
    return new Region(request.name(), at, request.bytes());
  }
}
