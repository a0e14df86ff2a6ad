package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.file.FileLayer;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The pages file of a {@linkplain FlatImage flat image}, to read.
 *
 * @param files by which it is done away with if it is damaged
 * @param identity of the set that it is of
 * @param regions of that set, which lie one behind the other in it
 */
record FlatFile(FileLayer files, PagesFile pages, int identity, List<Region> regions) {
  private static final String FOLDER = ".flat";

  static Path folder(Path store) {
    return store.resolve(FOLDER);
  }

  /**
   * The file of the set of {@code identity}, which has these regions; empty if there is none.
   *
   * @param store to which nobody else writes as long as it is used
   */
  static Optional<FlatFile> find(FileLayer files, Path store, int identity, List<Region> regions) {
    Path folder = folder(store);
    Optional<FlatState> state = FlatState.read(folder);
    if (state.isEmpty() || state.get().identity() != identity) {
      return Optional.empty();
    }
    Path file = FlatState.pages(folder, state.get().number());
    try {
      return Files.size(file) == bytes(regions)
          ? Optional.of(new FlatFile(files, PagesFile.plain(file), identity, regions))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // the sets have all of it
    }
  }

  static long bytes(List<Region> regions) {
    return regions.stream().mapToLong(Region::bytes).sum();
  }

  /** Where in the file a page of one of the regions is. */
  static long offset(List<Region> regions, long address) {
    long before = 0;
    for (Region region : regions) {
      if (region.start() <= address && address < region.end()) {
        return before + (address - region.start());
      }
      before += region.bytes();
    }
    throw new IllegalArgumentException(
        "found no region of 0x%x, wanted one of %s".formatted(address, regions));
  }

  Path path() {
    return pages.path();
  }

  long offset(long address) {
    return offset(regions, address);
  }

  /** Tells where the pages from {@code start} to {@code end} are, all of which the set has. */
  void locate(long start, long end, RunSink runs) throws IOException {
    for (long address = start; address < end; ) {
      long at = address;
      Region region =
          regions.stream()
              .filter(it -> it.start() <= at && at < it.end())
              .findAny()
              .orElseThrow(
                  () -> new ImageException(path(), "no region of 0x%x".formatted(at), "one"));
      long until = Math.min(end, region.end());
      runs.run(pages, offset(address), address, until);
      address = until;
    }
  }

  /** Nobody takes what is in {@code folder} for whole from now on, also after a loss of power. */
  static void spoil(FileLayer files, Path folder) throws IOException {
    files.delete(FlatState.file(folder));
    files.syncDirectory(folder);
  }
}
