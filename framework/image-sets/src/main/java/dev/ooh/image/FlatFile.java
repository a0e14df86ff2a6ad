package dev.ooh.image;

import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The pages file of a {@linkplain FlatImage flat image}, to read.
 *
 * @param files by which it is done away with if it is damaged
 * @param identity of the set that it is of
 * @param regions of that set, which lie one behind the other in it
 */
record FlatFile(FileLayer files, Path path, int identity, List<Region> regions) {
  private static final String FOLDER = ".flat";
  private static final int GATHERED = 1 << 20;

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
          ? Optional.of(new FlatFile(files, file, identity, regions))
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

  long offset(long address) {
    return offset(regions, address);
  }

  /** Tells where the pages from {@code start} to {@code end} are, all of which the set has. */
  void locate(long start, long end, Layers.RunSink runs) throws IOException {
    for (long address = start; address < end; ) {
      long at = address;
      Region region =
          regions.stream()
              .filter(it -> it.start() <= at && at < it.end())
              .findAny()
              .orElseThrow(
                  () -> new ImageException(path, "no region of 0x%x".formatted(at), "one"));
      long until = Math.min(end, region.end());
      runs.run(path, offset(address), address, until);
      address = until;
    }
  }

  /**
   * Reads all of it. If it is not what the set holds, or can't be read, it is there for nobody any
   * more.
   *
   * @param newest of the chain that the set is in
   * @param told of each page that is as it should be
   * @throws IOException naming the file and the offset of the first page that is not
   */
  void verify(ImageSet newest, ImageSet.PageSink told) throws IOException {
    ImageSet set = newest;
    while (set.identity() != identity) {
      set = Objects.requireNonNull(set.parentSet(), "it was found by a set of this chain");
    }
    try {
      verifyAgainst(set, told);
    } catch (IOException e) {
      try {
        spoil(files, Objects.requireNonNull(path.getParent()));
      } catch (IOException more) {
        e.addSuppressed(more);
      }
      throw e;
    }
  }

  private void verifyAgainst(ImageSet set, ImageSet.PageSink told) throws IOException {
    try (OpenFiles files = new OpenFiles();
        PageFetcher present = new PageFetcher(set.digests(), told)) {
      for (Region region : regions) {
        PageSet held = set.pages().intersect(region.pages());
        for (int run = 0; run < held.runCount(); run++) {
          long start = held.runStart(run);
          present.run(path, offset(start), start, held.runEnd(run));
        }
        PageSet holes = region.pages().minus(held);
        for (int run = 0; run < holes.runCount(); run++) {
          verifyZeros(files, holes.runStart(run), holes.runEnd(run), told);
        }
      }
    }
  }

  private void verifyZeros(OpenFiles files, long start, long end, ImageSet.PageSink told)
      throws IOException {
    byte[] found = new byte[(int) Math.min(GATHERED, end - start)];
    byte[] wanted = new byte[found.length];
    for (long address = start; address < end; address += found.length) {
      int count = (int) Math.min(found.length, end - address);
      files.read(path, offset(address), ByteBuffer.wrap(found, 0, count));
      int different = Arrays.mismatch(found, 0, count, wanted, 0, count);
      if (different >= 0) {
        throw new ImageException(
            path, offset(address) + different, "a byte of a page of zeros", "0");
      }
      told.accept(address, found, count);
    }
  }

  /** Nobody takes what is in {@code folder} for whole from now on, also after a loss of power. */
  static void spoil(FileLayer files, Path folder) throws IOException {
    files.delete(FlatState.file(folder));
    files.syncDirectory(folder);
  }
}
