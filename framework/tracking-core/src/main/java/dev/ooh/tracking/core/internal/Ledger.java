package dev.ooh.tracking.core.internal;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Gathered;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.BiConsumer;

/**
 * Who is owed what in one address space: which pages the active session has armed, and beside each
 * consumer's watched range what was gathered and not delivered to it.
 *
 * <p>A page that a consumer watches is in one of three states, which together make law 1: owed to
 * the consumer; armed, so that the next write makes it owed; or neither, and then it counts as
 * changed when it is scanned next.
 *
 * <p>All operations are algebra over runs and take no callbacks, so the monitor is held shortly and
 * a listener may take it.
 */
final class Ledger {
  static final String UNARMED = "left unarmed";
  static final String ALWAYS_DIRTY = "declared always dirty";
  private static final String ABORT_FAILED = "an abort failed";
  private static final int COMPACT_AFTER = 1024;

  private final Map<TrackingConsumer, ConsumerAccount> accounts = new HashMap<>();
  private final Set<TrackingConsumer> closed = Collections.newSetFromMap(new WeakHashMap<>());
  private PageSet armed = PageSet.empty();

  private final Accumulator gone = new Accumulator();
  private final Accumulator changed = new Accumulator();
  private final Set<String> doubts = new LinkedHashSet<>();

  /** Unmapped pages that the active session has not been told of. */
  private PageSet unforgotten = PageSet.empty();

  /** Whether there are some that could not be noted. */
  private boolean unmappingMissed;

  private final CountsByTechnique counts;
  private final BiConsumer<OwedInterval, Boolean> ended;

  /**
   * @param ended told of each interval that was committed (true) or aborted
   */
  Ledger(CountsByTechnique counts, BiConsumer<OwedInterval, Boolean> ended) {
    this.counts = counts;
    this.ended = ended;
  }

  // Events of the address space. They are noted and applied at the next fetch or abort, in an order
  // that doesn't matter: a page that was unmapped is unwatched, whatever else happened to it. An
  // event that can't be noted, for want of memory, leaves everything distrusted.

  synchronized void unmapped(PageSet pages) {
    try {
      note(gone, pages);
    } catch (RuntimeException | Error e) {
      unmappingMissed = true;
      throw e;
    }
  }

  synchronized void changed(PageSet pages) {
    note(changed, pages);
  }

  private void note(Accumulator events, PageSet pages) {
    try {
      events.add(pages);
    } catch (RuntimeException | Error e) {
      distrust();
      throw e;
    }
  }

  synchronized void doubt(String reason) {
    // Of more than an interval names, the rest have a line of their own there.
    boolean room = doubts.size() < Debt.MOST_REASONS || doubts.contains(reason);
    try {
      doubts.add(room ? reason : Debt.FURTHER_REASONS);
    } catch (RuntimeException | Error e) {
      distrust();
      throw e;
    }
  }

  synchronized void consumerClosed(TrackingConsumer consumer) {
    closed.add(consumer);
    ConsumerAccount account = accounts.remove(consumer);
    if (account != null) {
      account.close();
    }
  }

  // What sessions do.

  /** Pages that the active session watches now. */
  synchronized PageSet armed() {
    settle();
    return armed;
  }

  /** Unmapped pages to tell the active session of, once. */
  synchronized PageSet takeUnmapped() {
    settle();
    PageSet pages = unforgotten;
    unforgotten = PageSet.empty();
    return pages;
  }

  /**
   * Whether pages were unmapped that {@link #takeUnmapped} doesn't have, once: a session that goes
   * on takes what is mapped there next for pages that it has armed.
   */
  synchronized boolean takeUnmappingMissed() {
    boolean missed = unmappingMissed;
    unmappingMissed = false;
    return missed;
  }

  /**
   * Books what the active session reported before it was replaced by one that is armed for {@code
   * stillArmed}.
   */
  synchronized void switched(Gathered last, PageSet stillArmed) {
    settle();
    accounts.values().forEach(account -> account.add(last));
    last.lost().forEach(this::assumeEverything);
    armed = armed.intersect(stillArmed);
  }

  /** Whatever the session watched is not watched any more, and may have been written. */
  synchronized void lost(String reason) {
    distrust();
    settle();
    assumeEverything(reason);
  }

  /**
   * From now on what is neither owed nor armed anew counts as changed. It allocates nothing, so it
   * can follow whatever failed half-way, memory that ran out included.
   */
  synchronized void distrust() {
    armed = PageSet.empty();
  }

  /** Every page that anybody watches may have been written. */
  synchronized void assumeEverything(String reason) {
    accounts.values().forEach(account -> account.assumeEverything(reason));
  }

  // What consumers do.

  /**
   * Books a session's report after it was asked for {@code scan} and told to arm {@code arm}, and
   * makes the consumer's interval of it.
   *
   * @param alwaysDirty pages that no report can be trusted for
   * @throws ConsumerClosedException if the consumer was closed; the others are owed their pages
   * @throws RuntimeException or an error, after which the caller must {@link #distrust}
   */
  synchronized Interval deliver(
      TrackingConsumer consumer,
      PageSet scan,
      PageSet arm,
      Gathered report,
      PageSet alwaysDirty,
      String technique) {
    PageSet wasArmed = armed;
    // Before anything can fail: the session has re-armed these pages for everybody.
    book(report, arm);
    ConsumerAccount asking = account(consumer);
    asking.assumeIfNotOwed(UNARMED, scan.minus(wasArmed));
    asking.assume(ALWAYS_DIRTY, alwaysDirty.intersect(scan));
    return take(asking, scan.minus(settle()), technique);
  }

  /** Adds a session's report, after it was told to arm {@code arm}, to the debt of everybody. */
  private void book(Gathered report, PageSet arm) {
    PageSet becameArmed = arm.minus(armed);
    for (ConsumerAccount account : accounts.values()) {
      account.add(report);
      report.lost().forEach(reason -> account.assume(reason, armed));
      // Nobody watched over these before; from here on the session says when they are written.
      account.assumeIfNotOwed(UNARMED, becameArmed);
    }
    // A page of which some cards were reported is unarmed as a whole: sessions arm pages.
    PageSet disarmed = report.reported().wholePages().minus(arm);
    // After a loss only what the session was told to arm is sure to be armed: a page whose write
    // was lost may have been disarmed by it.
    armed = report.lost().isEmpty() ? armed.minus(disarmed).union(arm) : arm;
  }

  /** An interval of all of {@code scan}, without any session's help. */
  synchronized Interval deliverAll(
      TrackingConsumer consumer, PageSet scan, String technique, String reason) {
    ConsumerAccount asking = account(consumer);
    try {
      asking.assume(reason, scan);
      return take(asking, scan.minus(settle()), technique);
    } catch (RuntimeException | Error e) {
      distrust();
      throw e;
    }
  }

  /** Returns false when it was committed before. */
  synchronized boolean commit(OwedInterval interval) {
    interval
        .whyAborted()
        .ifPresent(
            why -> {
              throw new IllegalStateException(
                  "interval %d can't commit: %s".formatted(interval.sequence(), why));
            });
    if (interval.isCommitted()) {
      return false;
    }
    interval.account().commit(interval);
    interval.committed();
    counts.committed(interval.technique());
    return true;
  }

  /** Returns what this aborted. */
  synchronized List<OwedInterval> close(OwedInterval interval) {
    if (!interval.isOutstanding()) {
      return List.of();
    }
    try {
      settle();
      List<OwedInterval> aborted = interval.account().abort(interval);
      aborted.forEach(each -> counts.aborted(each.technique()));
      return aborted;
    } catch (RuntimeException | Error e) {
      distrust();
      // Left outstanding, it would keep every later interval from committing.
      interval.account().end(interval, ABORT_FAILED);
      throw e;
    }
  }

  /** Tells that an interval ended; not under the monitor. */
  void tellEnded(OwedInterval interval, boolean committed) {
    ended.accept(interval, committed);
  }

  private ConsumerAccount account(TrackingConsumer consumer) {
    if (closed.contains(consumer)) {
      throw new ConsumerClosedException(consumer);
    }
    return accounts.computeIfAbsent(consumer, ConsumerAccount::new);
  }

  private Interval take(ConsumerAccount account, PageSet scan, String technique) {
    OwedInterval interval = account.take(this, scan, technique);
    counts.fetched(technique, interval.pages().pageCount(), interval.isConservative());
    account.fetched(interval);
    return interval;
  }

  /**
   * Applies noted events; returns what was unmapped. They stay noted until they were applied, for
   * applied twice they do no harm.
   */
  private PageSet settle() {
    PageSet unmapped = gone.pages();
    if (!unmapped.isEmpty()) {
      armed = armed.minus(unmapped);
      unforgotten = unforgotten.union(unmapped);
      accounts.values().forEach(account -> account.forget(unmapped));
      gone.clear();
    }
    PageSet written = changed.pages();
    if (!written.isEmpty()) {
      accounts.values().forEach(account -> account.addSeen(written));
      changed.clear();
    }
    if (!doubts.isEmpty()) {
      doubts.forEach(this::assumeEverything);
      doubts.clear();
    }
    return unmapped;
  }

  /** A closed consumer asked; nobody else is the worse for it. */
  static final class ConsumerClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ConsumerClosedException(TrackingConsumer consumer) {
      super(consumer + " was closed");
    }
  }

  /** Collects page sets cheaply, in space proportional to the runs of their union. */
  private static final class Accumulator {
    private final PageSet.Builder added = PageSet.builder();
    private int count;

    /** What was added before the last {@link #compact}. */
    private PageSet compacted = PageSet.empty();

    void add(PageSet pages) {
      count++; // first: what is added before something fails counts, too
      added.addAll(pages);
      if (count >= COMPACT_AFTER) {
        compact();
      }
    }

    /** The union of all that was added since {@link #clear}. */
    PageSet pages() {
      if (count > 0) {
        compact();
      }
      return compacted;
    }

    void clear() {
      compacted = PageSet.empty();
      added.clear();
      count = 0;
    }

    private void compact() {
      added.addAll(compacted);
      compacted = added.build();
      count = 0;
    }
  }
}
