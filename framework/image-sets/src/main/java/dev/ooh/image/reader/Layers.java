package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The pagemaps of a set and of those it builds on: in which file each page is. Immutable.
 *
 * @param flat has all that the set holds; null where it is looked for in the files of the chain
 */
record Layers(Path set, Pagemap pagemap, @Nullable Layers parent, @Nullable FlatFile flat) {
  /**
   * Finds the pages from {@code start} to {@code end}, in ascending order; the set must know all.
   *
   * @throws ImageException if a set says that its parent has one, which does not
   */
  void locate(long start, long end, RunSink runs) throws IOException {
    locate(start, end, set, runs);
  }

  /** {@code asking} is who says that they are here or below. */
  private void locate(long start, long end, Path asking, RunSink runs) throws IOException {
    long address = start;
    for (int i = pagemap.indexFrom(start); address < end; i++) {
      if (i == pagemap.size() || pagemap.start(i) > address) {
        throw new ImageException(
            pagemap.file(),
            "no entry for page 0x%x".formatted(address),
            "one, as it is in-parent in " + asking);
      }
      long until = Math.min(end, pagemap.end(i));
      if (flat != null) {
        flat.locate(address, until, runs);
      } else if (!pagemap.isInParent(i)) {
        long offset = pagemap.offset(i) + (address - pagemap.start(i));
        runs.run(pagemap.pagesFile(), offset, address, until);
      } else if (parent != null) {
        parent.locate(address, until, set, runs);
      }
      address = until;
    }
  }
}
