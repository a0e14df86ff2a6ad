package dev.ooh.memory;

import java.util.List;

/**
 * The pages written since the interval before, owed to one consumer until it commits.
 *
 * <p>Intervals of one consumer commit in the order in which they were fetched. Closing without a
 * commit aborts: the pages are owed again, and the intervals fetched after this one fail with it.
 * An interval belongs to the thread that fetched it, unless handed over safely.
 *
 * <pre>{@code
 * try (Interval interval = changedPages(space, consumer, heap, heap)) {
 *   interval.pages().forEachRun(this::rescan);
 *   interval.commit();
 * }
 * }</pre>
 */
public interface Interval extends AutoCloseable {
  /** What changed, within the scanned ranges. A superset of what was written, never less. */
  PageSet pages();

  /**
   * Why pages are reported that nobody saw written: the first interval of a region, something lost,
   * a switch without overlap, no technique. Empty when every page was seen by a technique.
   */
  List<String> reasons();

  /** The technique that gathered the pages; {@code all-dirty} when none did. */
  String technique();

  /** Counts this consumer's intervals from 1. */
  long sequence();

  /**
   * Ends the debt.
   *
   * @throws IllegalStateException if an earlier interval of the consumer is not committed, or this
   *     one was aborted, or the consumer was closed
   */
  void commit();

  /** Aborts unless committed. Closing twice does nothing. */
  @Override
  void close();

  /** What an untracked consumer must assume: all of {@code scan}, for {@code reason}. */
  static Interval all(PageSet scan, String reason) {
    List<String> reasons = List.of(reason);
    return new Interval() {
      @Override
      public PageSet pages() {
        return scan;
      }

      @Override
      public List<String> reasons() {
        return reasons;
      }

      @Override
      public String technique() {
        return "all-dirty";
      }

      @Override
      public long sequence() {
        return 1;
      }

      @Override
      public void commit() {}

      @Override
      public void close() {}
    };
  }
}
