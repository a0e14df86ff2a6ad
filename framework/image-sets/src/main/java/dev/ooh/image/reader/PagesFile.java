package dev.ooh.image.reader;

import dev.ooh.image.digest.FilePlaces;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file with pages. Offsets count its bytes as they are before they are compressed, so that the
 * pages of a run are one behind the other.
 *
 * @param blocks where they are; null where nothing is compressed
 */
record PagesFile(Path path, @Nullable BlockTable blocks) implements FilePlaces {
  static PagesFile plain(Path path) {
    return new PagesFile(path, null);
  }

  /** Of what is compressed, where its block begins. */
  @Override
  public long place(long offset) {
    return blocks == null ? offset : blocks.place(blocks.at(offset));
  }

  /** How much can be read from {@code offset} on of which all is damaged if anything is. */
  long together(long offset) {
    if (blocks == null) {
      return Long.MAX_VALUE;
    }
    int block = blocks.at(offset);
    return blocks.offset(block) + blocks.length(block) - offset;
  }
}
