package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.PageSink;
import dev.ooh.image.digest.DamageSink;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Compares what one set says with its files, and with what the set that it builds on says of the
 * pages that it left there. For one thread.
 */
final class SetCheck {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private final ImageSet set;
  private final PageDigests digests;
  private final DamageSink damage;

  SetCheck(ImageSet set, DamageSink damage) throws IOException {
    this.set = set;
    this.digests = set.digests();
    this.damage = damage;
  }

  /**
   * Checks all of it but some pages, which were read already.
   *
   * @param told of each page that was read
   */
  void run(PageSet except, PageSink told) throws IOException {
    compareWithParent(set.parentSet());
    Pagemap pagemap = set.pagemap();
    PageSet wanted = pagemap.present().minus(except);
    try (PageFetcher fetcher = new PageFetcher(digests, told, damage)) {
      for (int run = 0; run < wanted.runCount(); run++) {
        long end = wanted.runEnd(run);
        int entry = pagemap.indexFrom(wanted.runStart(run));
        for (long address = wanted.runStart(run); address < end; entry++) {
          long until = Math.min(end, pagemap.end(entry));
          long offset = pagemap.offset(entry) + (address - pagemap.start(entry));
          fetcher.run(pagemap.pagesFile(), offset, address, until);
          address = until;
        }
      }
    }
  }

  private void compareWithParent(@Nullable ImageSet parent) throws IOException {
    PageSet left = set.pagemap().inParent();
    if (left.isEmpty()) {
      return;
    }
    PageSet there = parent == null ? PageSet.empty() : parent.pages().intersect(left);
    PageSet missing = left.minus(there);
    for (int run = 0; run < missing.runCount(); run++) {
      for (long page = missing.runStart(run); page < missing.runEnd(run); page += PAGE) {
        damage.damaged(
            page,
            new ImageException(
                set.pagemap().file(), "page 0x%x as in-parent".formatted(page), "it in a parent"));
      }
    }
    if (parent != null) {
      compare(there, parent);
    }
  }

  private void compare(PageSet pages, ImageSet parent) throws IOException {
    PageDigests below = parent.digests();
    for (int run = 0; run < pages.runCount(); run++) {
      long end = pages.runEnd(run);
      long page = digests.mismatch(below, pages.runStart(run), end);
      while (page < end) {
        damage.damaged(
            page,
            new ImageException(
                parent.pagemap().file(),
                "page 0x%x with %s".formatted(page, Digest.text(below.get(page))),
                Digest.text(digests.get(page)) + " as in " + set.path()));
        page = digests.mismatch(below, page + PAGE, end);
      }
    }
  }
}
