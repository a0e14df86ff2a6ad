package dev.ooh.conformance;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The regions of a world, in numbered slots. A slot keeps its address and what is behind it, so
 * that what is mapped there again is at the address of what was unmapped.
 */
final class Slots {
  private static final long PAGE = PageSet.PAGE_SIZE;

  /** By how many pages a region is shifted. */
  private static final int SHIFT = 100;

  private final AddressSpace space;
  private final SharedFile file;
  private final boolean aliases;
  private final Map<Integer, Region> mapped = new TreeMap<>();
  private final Map<Integer, RegionRequest> places = new TreeMap<>();

  private PageSet entangled = PageSet.empty();

  /**
   * @param aliases whether several slots may map {@code file} at once
   */
  Slots(AddressSpace space, SharedFile file, boolean aliases) {
    this.space = space;
    this.file = file;
    this.aliases = aliases;
  }

  /** Maps a slot; null where there is something already, another slot's or its own. */
  @Nullable Region map(int slot, int pages, Backing backing) {
    if (mapped.containsKey(slot)) {
      return null;
    }
    RegionRequest known = places.get(slot);
    if (known != null && !all().intersect(pages(known)).isEmpty()) {
      return null;
    }
    RegionRequest place = known == null ? place("slot-" + slot, pages, backing) : known;
    Region region = space.map(place);
    mapped.put(slot, region);
    if (isHuge(backing) || (aliases && backing == Backing.SHARED)) {
      entangled = entangled.union(region.pages());
    }
    places.putIfAbsent(slot, place.at(region.start()));
    return region;
  }

  private RegionRequest place(String name, int pages, Backing backing) {
    RegionRequest wanted = request(name, pages, backing);
    if (backing != Backing.SHIFTED_HUGE) {
      return wanted;
    }
    // Where that can be only the space knows.
    Region room = space.map(request(name, SHIFT + pages, backing));
    space.unmap(room);
    return wanted.at(room.start() + SHIFT * PAGE);
  }

  private static boolean isHuge(Backing backing) {
    return backing == Backing.HUGE || backing == Backing.SHIFTED_HUGE;
  }

  private static PageSet pages(RegionRequest place) {
    long start = place.address().orElseThrow();
    return PageSet.of(start, start + place.bytes());
  }

  private RegionRequest request(String name, int pages, Backing backing) {
    return switch (backing) {
      case ANONYMOUS -> RegionRequest.anonymous(name, pages * PAGE);
      case HUGE, SHIFTED_HUGE -> RegionRequest.anonymous(name, pages * PAGE).withHugePages();
      case SHARED -> {
        Kind kind = aliases ? Kind.FILE : Kind.MEMFD;
        long bytes = Math.min(pages, SharedFile.PAGES) * PAGE;
        yield new RegionRequest(
            name,
            bytes,
            Optional.empty(),
            kind,
            aliases ? Optional.of(file.path()) : Optional.empty(),
            false);
      }
    };
  }

  /** The region of a slot that is about to be unmapped; null when there is none. */
  @Nullable Region take(int slot) {
    return mapped.remove(slot);
  }

  /** The mapped pages of a slot; empty when there is nothing. */
  PageSet pages(int slot) {
    Region region = mapped.get(slot);
    return region == null ? PageSet.empty() : region.pages();
  }

  /** {@code count} pages of a slot from {@code first} on, as far as they are mapped. */
  PageSet pages(int slot, int first, int count) {
    Region region = mapped.get(slot);
    if (region == null) {
      return PageSet.empty();
    }
    long start = region.start() + Math.floorMod(first, region.bytes() / PAGE) * PAGE;
    return PageSet.of(start, Math.min(region.end(), start + count * PAGE));
  }

  /**
   * Pages that may be reported for what happened to others: they were part of a huge one, or mapped
   * at several addresses, of which one can go and leave its doubts to the rest.
   */
  PageSet entangled() {
    return entangled;
  }

  /** All that is mapped. */
  PageSet all() {
    PageSet.Builder all = PageSet.builder();
    mapped.values().forEach(region -> all.add(region.start(), region.end()));
    return all.build();
  }

  /** The pages, with the place of the first one. */
  String describe(PageSet pages) {
    StringBuilder text = new StringBuilder(pages.toString());
    long first = pages.isEmpty() ? -1 : pages.runStart(0);
    mapped.forEach(
        (slot, region) -> {
          if (region.start() <= first && first < region.end()) {
            text.append(" (page %d of slot %d)".formatted((first - region.start()) / PAGE, slot));
          }
        });
    return text.toString();
  }
}
