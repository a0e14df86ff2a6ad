package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

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

  PageDigests digests() {
    return digests;
  }

  /**
   * Compares {@code pages}, all of the set, with memory; returns those that differ. As it compares
   * digests, it may overlook one in four billion that do.
   */
  public PageSet different(PageSet pages, PageReader source) {
    return digests.different(pages, source);
  }

  /**
   * Reads {@code pages}, all of the set, from wherever in the chain they are, and compares them
   * with memory; returns those that are the same, byte by byte.
   *
   * @throws IOException if one can't be read, or is not as it was written
   */
  public PageSet same(PageSet pages, PageReader memory) throws IOException {
    PageSet.Builder same = PageSet.builder();
    ImageSet set = ImageSet.open(path);
    byte[] here = new byte[PageSet.PAGE_SIZE];
    ImageSet.PageSink compare =
        (address, there, length) -> {
          for (int at = 0; at < length; at += here.length) {
            memory.read(address + at, here, 0, here.length);
            if (Arrays.equals(here, 0, here.length, there, at, at + here.length)) {
              same.addPage(address + at);
            }
          }
        };
    try (PageFetcher fetcher = new PageFetcher(digests, compare)) {
      for (int run = 0; run < pages.runCount(); run++) {
        set.read(pages.runStart(run), pages.runEnd(run), fetcher);
      }
    }
    return same.build();
  }
}
