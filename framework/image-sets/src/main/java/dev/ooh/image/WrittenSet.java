package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.nio.file.Path;

/** A published set, as its writer remembers it to build the next one on. */
public final class WrittenSet {
  private final Path path;
  private final PageDigests digests;

  WrittenSet(Path path, PageDigests digests) {
    this.path = path;
    this.digests = digests;
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
    PageSet.Builder different = PageSet.builder();
    byte[] page = new byte[PageSet.PAGE_SIZE];
    pages.forEachPage(
        address -> {
          source.read(address, page, 0, page.length);
          if (Digest.of(page, 0, page.length) != digests.get(address)) {
            different.addPage(address);
          }
        });
    return different.build();
  }
}
