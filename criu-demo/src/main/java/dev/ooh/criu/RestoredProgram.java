package dev.ooh.criu;

import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.SetDescription;
import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.FileContents;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A program whose memory was brought back.
 *
 * @param pages how many it has
 */
public record RestoredProgram(ArenaHeap heap, long pages) {

  /**
   * Maps the regions of {@code set} in {@code space} at the addresses that they had, or the
   * program's heap, if that is all it has, at another one if that is taken, and fills and verifies
   * every page. By a thread of the execution context. Whoever opened the space closes it, also when
   * this fails.
   *
   * @throws CheckpointException if an address is taken, or a page reads otherwise than it was
   *     written
   * @throws IOException if the images are damaged, naming the file and offset
   */
  public static RestoredProgram restore(ImageSet set, AddressSpace space)
      throws CheckpointException, IOException {
    Mapped mapped = mapAll(set.path(), set.description(), space);
    set.readPages(
        (address, buffer, length) -> {
          space.memory().write(address + mapped.distance(), buffer, 0, length);
          space.execution().poll();
        });
    ChainCheck.rest(set, (address, buffer, length) -> space.execution().poll());
    PageSet different =
        set.different(
            (address, target, offset, length) ->
                space.memory().read(address + mapped.distance(), target, offset, length));
    if (!different.isEmpty()) {
      throw new CheckpointException(
          "restored memory differs from %s: %s, wanted none".formatted(set.path(), different));
    }
    return reopen(set.path(), space, mapped.heap(), set.pages());
  }

  /**
   * As {@link #restore}, but the program can go on at once: its regions are mapped copy-on-write
   * from the image files. They are as they were when {@link LazySet#verify} has returned.
   *
   * @param contents of the space
   * @throws CheckpointException if an address is taken
   * @throws IOException if what says where pages are is damaged, naming the file and offset
   */
  public static RestoredProgram restoreLazily(
      LazySet set, AddressSpace space, FileContents contents)
      throws CheckpointException, IOException {
    Mapped mapped = mapAll(set.path(), set.description(), space);
    for (Region was : set.description().regions()) {
      Region region = new Region(was.name(), was.start() + mapped.distance(), was.bytes());
      try (FileContents.Filling filling = contents.fill(region)) {
        set.fill(was.start(), was.bytes(), region.start(), filling);
      }
    }
    return reopen(set.path(), space, mapped.heap(), set.pages());
  }

  /**
   * All regions.
   *
   * @param heap the one that the program's heap is in
   * @param distance of each from where it was
   */
  private record Mapped(Region heap, long distance) {}

  private static Mapped mapAll(Path set, SetDescription description, AddressSpace space)
      throws CheckpointException {
    if (!description.complete()) {
      throw new CheckpointException(set + " is a pre-dump of a running program, wanted a dump");
    }
    List<Region> regions = description.regions();
    Region heapRegion = null;
    for (Region region : regions) {
      Region mapped = map(space, region, regions.size() == 1);
      if (region.start() == description.heapAddress()) {
        heapRegion = mapped;
      }
    }
    if (heapRegion == null) {
      throw new CheckpointException(
          "%s: found no mapping at 0x%x, wanted the program's heap there"
              .formatted(set, description.heapAddress()));
    }
    return new Mapped(heapRegion, heapRegion.start() - description.heapAddress());
  }

  private static RestoredProgram reopen(
      Path set, AddressSpace space, Region heapRegion, PageSet pages) throws CheckpointException {
    try {
      return new RestoredProgram(ArenaHeap.reopen(space, heapRegion), pages.pageCount());
    } catch (IllegalStateException e) {
      throw new CheckpointException(set + ": " + e.getMessage(), e);
    }
  }

  /**
   * Maps a region where it was.
   *
   * @param anywhere whether another place will do if that one is taken
   */
  private static Region map(AddressSpace space, Region region, boolean anywhere)
      throws CheckpointException {
    RegionRequest request = RegionRequest.anonymous(region.name(), region.bytes());
    try {
      return map(space, request, region.start(), anywhere);
    } catch (MemoryAccessException | IllegalArgumentException e) {
      throw new CheckpointException(
          "region %s can't be mapped on %s%s: %s"
              .formatted(
                  region.name(),
                  space.substrate(),
                  anywhere ? "" : " where it was",
                  e.getMessage()),
          e);
    }
  }

  private static Region map(
      AddressSpace space, RegionRequest request, long address, boolean anywhere) {
    try {
      return space.map(request.at(address));
    } catch (MemoryAccessException e) {
      if (!anywhere) {
        throw e;
      }
      return space.map(request);
    }
  }
}
