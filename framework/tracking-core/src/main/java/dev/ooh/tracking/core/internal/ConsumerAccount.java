package dev.ooh.tracking.core.internal;

import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Gathered;
import java.util.ArrayList;
import java.util.List;

/** What one consumer watches, is owed, and has fetched and not committed. Guarded by the ledger. */
final class ConsumerAccount {
  private final TrackingConsumer consumer;
  private final Debt owed = new Debt();

  /** Fetched and not ended, the oldest first. */
  private final List<OwedInterval> outstanding = new ArrayList<>();

  private PageSet watch = PageSet.empty();
  private long intervals;

  ConsumerAccount(TrackingConsumer consumer) {
    this.consumer = consumer;
  }

  TrackingConsumer consumer() {
    return consumer;
  }

  /** Adds what a session reported: what it saw, and what it couldn't watch. */
  void add(Gathered report) {
    addSeen(report.pages());
    report.unseen().forEach(unseen -> assume(unseen.reason(), unseen.pages()));
  }

  void addSeen(PageSet pages) {
    owed.addSeen(pages.intersect(watch));
  }

  void assume(String reason, PageSet pages) {
    owed.assume(reason, pages.intersect(watch));
  }

  void assumeEverything(String reason) {
    owed.assume(reason, watch);
  }

  /** As {@link #assume}, but only for pages that are not owed yet. */
  void assumeIfNotOwed(String reason, PageSet pages) {
    PageSet watched = pages.intersect(watch);
    if (!watched.isEmpty()) {
      owed.assume(reason, watched.minus(owed.pages()));
    }
  }

  /** Nothing of unmapped pages is owed; mapped again, they are new to the consumer. */
  void forget(PageSet pages) {
    watch = watch.minus(pages);
    owed.forget(pages);
    outstanding.forEach(interval -> interval.debt().forget(pages));
  }

  /** Makes an interval of what is owed of {@code scan}, to be handed to {@link #fetched}. */
  OwedInterval take(Ledger ledger, PageSet scan, String technique) {
    PageSet fresh = scan.minus(watch);
    Debt debt = owed.take(scan);
    debt.assume(Debt.FIRST_INTERVAL, fresh);
    watch = watch.union(scan);
    return new OwedInterval(ledger, this, debt, technique, ++intervals);
  }

  /** From now on the interval must end before a later one can commit. */
  void fetched(OwedInterval interval) {
    outstanding.add(interval);
  }

  /** Ends the debt of the oldest outstanding interval, which must be {@code interval}. */
  void commit(OwedInterval interval) {
    OwedInterval oldest = outstanding.isEmpty() ? null : outstanding.getFirst();
    if (oldest != interval) {
      throw new IllegalStateException(
          "interval %d of %s can't commit, wanted interval %s first"
              .formatted(
                  interval.sequence(), consumer, oldest == null ? "none" : oldest.sequence()));
    }
    outstanding.removeFirst();
  }

  /**
   * Owes the interval's pages again, and those of all that were fetched after it.
   *
   * @return each interval that this aborted, the newest first
   * @throws RuntimeException or an error, after which the caller must {@link #end} the interval
   */
  List<OwedInterval> abort(OwedInterval interval) {
    List<OwedInterval> aborted =
        List.copyOf(outstanding.subList(outstanding.indexOf(interval), outstanding.size()))
            .reversed();
    String why = "interval %d of %s was aborted".formatted(interval.sequence(), consumer);
    aborted.forEach(each -> owed.addAll(each.debt()));
    end(interval, why);
    return aborted;
  }

  /** Ends the interval and all that were fetched after it, owing nothing; it allocates nothing. */
  void end(OwedInterval interval, String why) {
    while (interval.isOutstanding()) {
      outstanding.removeLast().aborted(why);
    }
  }

  void close() {
    outstanding.forEach(interval -> interval.aborted(consumer + " was closed"));
    outstanding.clear();
  }
}
