package dev.ooh.conformance;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one consumer knows of memory: what it copied when a page was last reported to it. A page
 * whose content is another now, or that it has no copy of, must be in its next interval; law 1.
 */
final class Shadow {
  private final Contents contents;
  private final Map<Long, Long> copies = new HashMap<>();
  private final Deque<Interval> outstanding = new ArrayDeque<>();

  Shadow(Contents contents) {
    this.contents = contents;
  }

  /** The pages of {@code scan} that a fetch from here on must report. */
  PageSet owed(PageSet scan) {
    PageSet.Builder owed = PageSet.builder();
    scan.forEachPage(
        page -> {
          Long copy = copies.get(page);
          if (copy == null || copy != contents.of(page)) {
            owed.addPage(page);
          }
        });
    return owed.build();
  }

  /** The pages that an interval reports something of; it may report less than a page. */
  static PageSet pages(Interval interval) {
    PageSet.Builder pages = PageSet.builder();
    interval.pages().forEachPage(pages::addPage);
    return pages.build();
  }

  /** Copies what was reported, as a consumer does after its fetch; law 4. */
  void copy(Interval interval) {
    interval.pages().forEachPage(page -> copies.put(page, contents.of(page)));
    outstanding.addLast(interval);
  }

  /** Nothing of a mapping that is gone is known of the next one there; law 5. */
  void forget(PageSet pages) {
    pages.forEachPage(copies::remove);
  }

  int outstanding() {
    return outstanding.size();
  }

  void commitOldest() {
    outstanding.removeFirst().commit();
  }

  /**
   * Aborts the interval at {@code index} of the outstanding ones; returns it and its successors.
   */
  List<Interval> abort(int index) {
    List<Interval> all = List.copyOf(outstanding);
    List<Interval> aborted = all.subList(index, all.size());
    aborted.getFirst().close();
    for (Interval interval : aborted) {
      outstanding.removeLast();
      forget(interval.pages());
    }
    return aborted;
  }
}
