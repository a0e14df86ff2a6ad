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
import java.util.Optional;

/**
 * A program whose memory was brought back.
 *
 * @param pages how many it has
 */
public record RestoredProgram(ArenaHeap heap, long pages) {

  /**
   * Maps the regions of {@code set} in {@code space}, which must be fresh, at the addresses that
   * they had, and fills and verifies every page. By a thread of the execution context. Whoever
   * opened the space closes it, also when this fails.
   *
   * @throws CheckpointException if an address is taken, or a page reads otherwise than it was
   *     written
   * @throws IOException if the images are damaged, naming the file and offset
   */
  public static RestoredProgram restore(ImageSet set, AddressSpace space)
      throws CheckpointException, IOException {
    Region heapRegion = mapAll(set.path(), set.description(), space);
    set.readPages(
        (address, buffer, length) -> {
          space.memory().write(address, buffer, 0, length);
          space.execution().poll();
        });
    ChainCheck.rest(set, (address, buffer, length) -> space.execution().poll());
    PageSet different = set.different(space.memory()::read);
    if (!different.isEmpty()) {
      throw new CheckpointException(
          "restored memory differs from %s: %s, wanted none".formatted(set.path(), different));
    }
    return reopen(set.path(), space, heapRegion, set.pages());
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
    Region heapRegion = mapAll(set.path(), set.description(), space);
    for (Region region : set.description().regions()) {
      try (FileContents.Filling filling = contents.fill(region)) {
        set.fill(region.start(), region.bytes(), region.start(), filling);
      }
    }
    return reopen(set.path(), space, heapRegion, set.pages());
  }

  /** Maps all regions, and returns the one that the program's heap is in. */
  private static Region mapAll(Path set, SetDescription description, AddressSpace space)
      throws CheckpointException {
    if (!description.complete()) {
      throw new CheckpointException(set + " is a pre-dump of a running program, wanted a dump");
    }
    Region heapRegion = null;
    for (Region region : description.regions()) {
      Region mapped = map(space, region);
      if (region.start() == description.heapAddress()) {
        heapRegion = mapped;
      }
    }
    if (heapRegion == null) {
      throw new CheckpointException(
          "%s: found no mapping at 0x%x, wanted the program's heap there"
              .formatted(set, description.heapAddress()));
    }
    return heapRegion;
  }

  private static RestoredProgram reopen(
      Path set, AddressSpace space, Region heapRegion, PageSet pages) throws CheckpointException {
    try {
      return new RestoredProgram(ArenaHeap.reopen(space, heapRegion), pages.pageCount());
    } catch (IllegalStateException e) {
      throw new CheckpointException(set + ": " + e.getMessage(), e);
    }
  }

  private static Region map(AddressSpace space, Region region) throws CheckpointException {
    try {
      return space.map(
          new RegionRequest(
              region.name(),
              region.bytes(),
              Optional.of(region.start()),
              RegionRequest.Kind.ANONYMOUS,
              Optional.empty(),
              false));
    } catch (MemoryAccessException | IllegalArgumentException e) {
      throw new CheckpointException(
          "region %s can't be mapped on %s where it was: %s"
              .formatted(region.name(), space.substrate(), e.getMessage()),
          e);
    }
  }
}
