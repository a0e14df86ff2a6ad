package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Finds pages in the files of a chain, however long it is: the place in each set is kept in arrays,
 * which are used again for the next pages, and not on the thread's stack. For one thread.
 */
final class Locator {
  private static final int USUAL = 16;

  private final RunSink runs;

  /** From the newest set down to the one that is looked into. */
  private Layers[] layers = new Layers[USUAL];

  /** In each, the pagemap's entry that is next, and where what it is asked for ends. */
  private int[] entries = new int[USUAL];

  private long[] ends = new long[USUAL];

  Locator(Layers newest, RunSink runs) {
    layers[0] = newest;
    this.runs = runs;
  }

  /**
   * Finds the pages from {@code start} to {@code end}, in ascending order; the set must know all.
   *
   * @throws ImageException if a set says that its parent has one, which does not
   */
  void locate(long start, long end) throws IOException {
    int depth = 0;
    enter(0, layers[0], start, end);
    for (long address = start; depth >= 0; ) {
      if (address == ends[depth]) {
        if (--depth >= 0) {
          entries[depth]++;
        }
        continue;
      }
      Layers layer = layers[depth];
      Pagemap pagemap = layer.pagemap();
      int entry = entries[depth];
      if (entry == pagemap.size() || pagemap.start(entry) > address) {
        Path asking = layers[Math.max(0, depth - 1)].set();
        throw new ImageException(
            pagemap.file(),
            "no entry for page 0x%x".formatted(address),
            "one, as it is in-parent in " + asking);
      }
      long until = Math.min(ends[depth], pagemap.end(entry));
      Layers parent = layer.parent();
      FlatFile flat = layer.flat();
      if (flat == null && pagemap.isInParent(entry) && parent != null) {
        enter(++depth, parent, address, until);
        continue;
      }
      if (flat != null) {
        flat.locate(address, until, runs);
      } else if (!pagemap.isInParent(entry)) {
        long offset = pagemap.offset(entry) + (address - pagemap.start(entry));
        runs.run(pagemap.pagesFile(), offset, address, until);
      }
      address = until;
      entries[depth]++;
    }
  }

  private void enter(int depth, Layers layer, long start, long end) {
    if (depth == layers.length) {
      layers = Arrays.copyOf(layers, 2 * depth);
      entries = Arrays.copyOf(entries, 2 * depth);
      ends = Arrays.copyOf(ends, 2 * depth);
    }
    layers[depth] = layer;
    entries[depth] = layer.pagemap().indexFrom(start);
    ends[depth] = end;
  }
}
