package dev.ooh.memory.support;

import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The regions of a space, and their pages; immutable, so that any thread may read what another one
 * replaces. A change costs as much as there are regions.
 *
 * @param placement where further ones go
 * @param list ascending
 * @param pages of all of them
 */
public record Regions(RegionPlacement placement, List<Region> list, PageSet pages) {
  public Regions {
    list = List.copyOf(list);
  }

  /** No regions yet. */
  public static Regions none(RegionPlacement placement) {
    return new Regions(placement, List.of(), PageSet.empty());
  }

  /** These and {@code region}, whose place is free. */
  public Regions plus(Region region) {
    List<Region> more = new ArrayList<>(list);
    more.add(region);
    more.sort(Comparator.comparingLong(Region::start));
    return new Regions(placement, more, pages.union(region.pages()));
  }

  /** These but {@code region}. */
  public Regions minus(Region region) {
    List<Region> fewer = new ArrayList<>(list);
    fewer.remove(region);
    return new Regions(placement, fewer, pages.minus(region.pages()));
  }

  /**
   * @throws MemoryAccessException if {@code region} isn't one of these
   */
  public void check(Region region) {
    if (!list.contains(region)) {
      throw new MemoryAccessException(
          region.start(),
          "unmap %s: wanted one of the %d mapped regions".formatted(region, list.size()));
    }
  }

  /** See {@link RegionPlacement#place}. */
  public Region place(RegionRequest request) {
    return placement.place(request, list);
  }
}
