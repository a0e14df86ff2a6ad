package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks sets that build on each other, reading each page once: a page that is left to the parent
 * is whole if the parent says the same of it and has it whole. What is found whole here, a restore
 * takes, and the other way round. For one thread.
 */
public final class ChainCheck {
  private final Map<ImageSet, Verdict> verdicts = new IdentityHashMap<>();

  /**
   * What was found out about a set.
   *
   * @param damaged its pages that can't be restored
   * @param first why the first of them can't; null when there is none
   */
  private record Verdict(PageSet damaged, @Nullable ImageException first) {}

  /**
   * Checks a set and what it builds on.
   *
   * @throws ImageException of the first page that can't be restored
   */
  public void check(ImageSet set) throws IOException {
    ImageException first = verdict(set).first();
    if (first != null) {
      throw first;
    }
  }

  private Verdict verdict(ImageSet set) throws IOException {
    Verdict known = verdicts.get(set);
    if (known == null) {
      ImageSet parent = set.parentSet();
      Verdict below = parent == null ? null : verdict(parent);
      known = new Findings(set, parent, below).verdict();
      verdicts.put(set, known);
    }
    return known;
  }

  /** What comes together while one set is looked at, in ascending order of addresses. */
  private static final class Findings {
    private final ImageSet set;
    private final @Nullable ImageSet parent;
    private final @Nullable Verdict below;
    private final PageSet.Builder damaged = PageSet.builder();
    private @Nullable ImageException first;

    Findings(ImageSet set, @Nullable ImageSet parent, @Nullable Verdict below) {
      this.set = set;
      this.parent = parent;
      this.below = below;
    }

    Verdict verdict() throws IOException {
      Pagemap pagemap = set.pagemap();
      try (PageFetcher fetcher =
          new PageFetcher(set.digests(), (address, pages, length) -> {}, this::add)) {
        for (int entry = 0; entry < pagemap.size(); entry++) {
          long start = pagemap.start(entry);
          long end = pagemap.end(entry);
          if (pagemap.isInParent(entry)) {
            inParent(start, end);
          } else {
            fetcher.run(pagemap.pagesFile(), pagemap.offset(entry), start, end);
          }
        }
      }
      return new Verdict(damaged.build(), first);
    }

    private void inParent(long start, long end) {
      ImageSet holder = parent;
      for (long page = start; page < end; page += PageSet.PAGE_SIZE) {
        if (holder == null || !holder.pages().contains(page)) {
          add(
              page,
              new ImageException(
                  set.pagemap().file(),
                  "page 0x%x as in-parent".formatted(page),
                  "it in a parent"));
          continue;
        }
        int wanted = set.digests().get(page);
        int found = holder.digests().get(page);
        if (found != wanted) {
          add(
              page,
              new ImageException(
                  holder.pagemap().file(),
                  "page 0x%x with %s".formatted(page, Digest.text(found)),
                  Digest.text(wanted) + " as in " + set.path()));
        } else if (below != null && below.first() != null && below.damaged().contains(page)) {
          add(page, below.first());
        }
      }
    }

    private void add(long page, ImageException how) {
      damaged.addPage(page);
      if (first == null) {
        first = how;
      }
    }
  }
}
