package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A published set, as its writer remembers it to build the next one on. */
public final class WrittenSet {
  private final Path path;
  private final PageDigests digests;
  private final int identity;

  WrittenSet(Path path, PageDigests digests, int identity) {
    this.path = path;
    this.digests = digests;
    this.identity = identity;
  }

  /** What the next set says that it builds on. */
  int identity() {
    return identity;
  }

  /** Whether it is there still, and the same. */
  public boolean isThere() throws IOException {
    Path manifest = path.resolve(Manifest.FILE);
    if (!Files.exists(manifest)) {
      return false;
    }
    byte[] bytes = Files.readAllBytes(manifest);
    return !Manifest.isTorn(bytes) && Manifest.identity(bytes) == identity;
  }

  public Path path() {
    return path;
  }

  /** Every page that the set knows, those in its parents included. */
  public PageSet pages() {
    return digests.pages();
  }

  PageDigests digests() {
    return digests;
  }

  /** Compares {@code pages}, all of the set, with memory; returns those that differ. */
  public PageSet different(PageSet pages, PageReader source) {
    return digests.different(pages, source);
  }
}
