package dev.ooh.conformance;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The file that a world's shared slots map; there is one once somebody asks. */
final class SharedFile implements AutoCloseable {
  /** What a slot of it has at the most. */
  static final int PAGES = 64;

  private @Nullable Path path;

  Path path() {
    try {
      if (path == null) {
        path = Files.createTempFile("conformance-", ".shared");
        Files.write(path, new byte[PAGES * PageSet.PAGE_SIZE]);
      }
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** To be called when no space maps it any more, which may write to it at its end. */
  @Override
  public void close() {
    try {
      if (path != null) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
