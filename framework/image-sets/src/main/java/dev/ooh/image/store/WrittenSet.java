package dev.ooh.image.store;

import dev.ooh.image.PageReader;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.input.CheckedFiles;
import dev.ooh.image.message.Manifest;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.Path;

/** A published set, as its writer remembers it to build the next one on. */
public final class WrittenSet {
  private final Path path;
  private final PageDigests digests;
  private final int identity;

  /**
   * @param digests of every page that the set knows
   * @param identity that its manifest gives it
   */
  public WrittenSet(Path path, PageDigests digests, int identity) {
    this.path = path;
    this.digests = digests;
    this.identity = identity;
  }

  /** What the next set says that it builds on. */
  public int identity() {
    return identity;
  }

  /** Whether it is there still, and the same. */
  public boolean isThere() throws IOException {
    byte[] bytes = CheckedFiles.manifest(path);
    return !Manifest.isTorn(bytes) && Manifest.identity(bytes) == identity;
  }

  public Path path() {
    return path;
  }

  /** Every page that the set knows, those in its parents included. */
  public PageSet pages() {
    return digests.pages();
  }

  /** Of {@link #pages}. */
  public PageDigests digests() {
    return digests;
  }

  /**
   * Compares {@code pages}, all of the set, with memory; returns those that differ. As it compares
   * digests, it may overlook one in four billion that do.
   */
  public PageSet different(PageSet pages, PageReader source) {
    return digests.different(pages, source);
  }
}
