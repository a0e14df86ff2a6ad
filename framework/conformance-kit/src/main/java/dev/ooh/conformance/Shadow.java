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

  /** Discarded since they were last reported: changed, though they may read the same. */
  private PageSet discarded = PageSet.empty();

  /** What was fetched since it was mapped: the rest is changed for no other reason. */
  private PageSet known = PageSet.empty();

  /** Copied while others were storing: what was stored before the copy may be told again. */
  private PageSet inexact = PageSet.empty();

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

  void discard(PageSet pages) {
    discarded = discarded.union(pages);
  }

  /**
   * Pages that may be reported though nobody stored to them: those that were discarded, and those
   * that still are as they were mapped, for which a first load can make the kernel store zeros. And
   * those that are as they were copied, but may have been stored to between fetch and copy.
   */
  PageSet excused() {
    PageSet.Builder excused = PageSet.builder().addAll(discarded).addAll(inexact);
    copies.forEach(
        (page, copy) -> {
          if (copy == Contents.UNTOUCHED) {
            excused.addPage(page);
          }
        });
    return excused.build();
  }

  /**
   * Copies what was reported, as a consumer does after its fetch; law 4.
   *
   * @param scanned what was asked for
   * @param alone whether nobody stored meanwhile
   */
  void copy(Interval interval, PageSet scanned, boolean alone) {
    known = known.union(scanned);
    interval.pages().forEachPage(page -> copies.put(page, contents.of(page)));
    discarded = discarded.minus(interval.pages().wholePages());
    inexact = alone ? inexact.minus(scanned) : inexact.union(pages(interval));
    outstanding.addLast(interval);
  }

  /** What was fetched since it was mapped. */
  PageSet known() {
    return known;
  }

  /** Nothing of a mapping that is gone is known of the next one there; law 5. */
  void forget(PageSet pages) {
    known = known.minus(pages);
    forgetContents(pages);
  }

  private void forgetContents(PageSet pages) {
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
      forgetContents(interval.pages());
    }
    return aborted;
  }
}
