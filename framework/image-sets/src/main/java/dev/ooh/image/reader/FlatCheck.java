package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.PageSink;
import dev.ooh.image.input.OpenFiles;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** Compares a flat image with the set that it is of. For one thread. */
final class FlatCheck {
  private static final int GATHERED = 1 << 20;

  private final FlatFile flat;
  private final ImageSet set;
  private final PageSink told;

  private FlatCheck(FlatFile flat, ImageSet set, PageSink told) {
    this.flat = flat;
    this.set = set;
    this.told = told;
  }

  /**
   * Reads all of it. If it is not what the set holds, or can't be read, it is there for nobody any
   * more.
   *
   * @param newest of the chain that the set is in
   * @param told of each page that is as it should be
   * @throws IOException naming the file and the offset of the first page that is not
   */
  static void run(FlatFile flat, ImageSet newest, PageSink told) throws IOException {
    ImageSet set = newest;
    while (set.identity() != flat.identity()) {
      set = Objects.requireNonNull(set.parentSet(), "it was found by a set of this chain");
    }
    try {
      new FlatCheck(flat, set, told).run();
    } catch (IOException e) {
      try {
        FlatFile.spoil(flat.files(), Objects.requireNonNull(flat.path().getParent()));
      } catch (IOException more) {
        e.addSuppressed(more);
      }
      throw e;
    }
  }

  private void run() throws IOException {
    try (OpenFiles files = new OpenFiles();
        PageFetcher present = new PageFetcher(set.digests(), told)) {
      for (Region region : flat.regions()) {
        PageSet held = set.pages().intersect(region.pages());
        for (int run = 0; run < held.runCount(); run++) {
          long start = held.runStart(run);
          present.run(flat.pages(), flat.offset(start), start, held.runEnd(run));
        }
        PageSet holes = region.pages().minus(held);
        for (int run = 0; run < holes.runCount(); run++) {
          zeros(files, holes.runStart(run), holes.runEnd(run));
        }
      }
    }
  }

  private void zeros(OpenFiles files, long start, long end) throws IOException {
    byte[] found = new byte[(int) Math.min(GATHERED, end - start)];
    byte[] wanted = new byte[found.length];
    for (long address = start; address < end; address += found.length) {
      int count = (int) Math.min(found.length, end - address);
      files.read(flat.path(), flat.offset(address), ByteBuffer.wrap(found, 0, count));
      int different = Arrays.mismatch(found, 0, count, wanted, 0, count);
      if (different >= 0) {
        throw new ImageException(
            flat.path(), flat.offset(address) + different, "a byte of a page of zeros", "0");
      }
      told.accept(address, found, count);
    }
  }
}
