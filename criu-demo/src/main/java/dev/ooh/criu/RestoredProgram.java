package dev.ooh.criu;

import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.ImageSet;
import dev.ooh.image.SetDescription;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import java.io.IOException;
import java.util.Optional;

/**
 * A program whose memory was brought back.
 *
 * @param pages how many were read and verified
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
    SetDescription description = set.description();
    if (!description.complete()) {
      throw new CheckpointException(
          set.path() + " is a pre-dump of a running program, wanted a dump");
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
              .formatted(set.path(), description.heapAddress()));
    }
    set.readPages(
        (address, buffer, length) -> {
          space.memory().write(address, buffer, 0, length);
          space.execution().poll();
        });
    PageSet different = set.different(space.memory()::read);
    if (!different.isEmpty()) {
      throw new CheckpointException(
          "restored memory differs from %s: %s, wanted none".formatted(set.path(), different));
    }
    try {
      return new RestoredProgram(ArenaHeap.reopen(space, heapRegion), set.pages().pageCount());
    } catch (IllegalStateException e) {
      throw new CheckpointException(set.path() + ": " + e.getMessage(), e);
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
