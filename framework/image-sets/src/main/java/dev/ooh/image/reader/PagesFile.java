package dev.ooh.image.reader;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file with pages. Offsets count its bytes as they are before they are compressed, so that the
 * pages of a run are one behind the other.
 *
 * @param blocks where they are; null where nothing is compressed
 */
record PagesFile(Path path, @Nullable BlockTable blocks) {
  static PagesFile plain(Path path) {
    return new PagesFile(path, null);
  }

  /** For messages: the byte of the file where what is at {@code offset} begins, or its block. */
  long place(long offset) {
    return blocks == null ? offset : blocks.place(blocks.at(offset));
  }
}
