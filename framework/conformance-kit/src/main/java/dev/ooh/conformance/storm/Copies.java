package dev.ooh.conformance.storm;

import dev.ooh.memory.PageSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one consumer believes is in memory: a digest a page, taken when an interval said so. */
final class Copies {
  private final Map<Area, long[]> digests = new HashMap<>();

  /** Copies what was reported. */
  void update(List<Area> areas, PageSet reported) {
    for (Area area : areas) {
      long[] known = digests.computeIfAbsent(area, it -> new long[it.pages()]);
      reported
          .intersect(area.region().pages())
          .forEachPage(
              address -> {
                int page = (int) ((address - area.region().start()) / PageSet.PAGE_SIZE);
                known[page] = area.digest(page);
              });
    }
  }

  void forget(Area area) {
    digests.remove(area);
  }

  /** The pages that differ from memory; to be asked while nobody writes. */
  PageSet wrong(List<Area> areas) {
    PageSet.Builder wrong = PageSet.builder();
    for (Area area : areas) {
      long[] known = digests.computeIfAbsent(area, it -> new long[it.pages()]);
      for (int page = 0; page < known.length; page++) {
        if (known[page] != area.digest(page)) {
          wrong.addPage(area.region().start() + (long) page * PageSet.PAGE_SIZE);
        }
      }
    }
    return wrong.build();
  }
}
