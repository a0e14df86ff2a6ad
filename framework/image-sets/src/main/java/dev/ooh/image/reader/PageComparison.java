package dev.ooh.image.reader;

import dev.ooh.image.PageReader;
import dev.ooh.image.PageSink;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.util.Arrays;

/** Compares memory with a set that was written, byte by byte. */
public final class PageComparison {
  private PageComparison() {}

  /**
   * Reads {@code pages}, all of the set, from wherever in the chain they are, and compares them
   * with memory; returns those that are the same.
   *
   * @throws IOException if one can't be read, or is not as it was written
   */
  public static PageSet same(WrittenSet written, PageSet pages, PageReader memory)
      throws IOException {
    PageSet.Builder same = PageSet.builder();
    ImageSet set = ImageSet.open(written.path());
    byte[] here = new byte[PageSet.PAGE_SIZE];
    PageSink compare =
        (address, there, length) -> {
          for (int at = 0; at < length; at += here.length) {
            memory.read(address + at, here, 0, here.length);
            if (Arrays.equals(here, 0, here.length, there, at, at + here.length)) {
              same.addPage(address + at);
            }
          }
        };
    try (PageFetcher fetcher = new PageFetcher(written.digests(), compare)) {
      Locator locator = new Locator(set.layers(), fetcher);
      for (int run = 0; run < pages.runCount(); run++) {
        locator.locate(pages.runStart(run), pages.runEnd(run));
      }
    }
    return same.build();
  }
}
