package dev.ooh.tracking.core.internal;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import java.util.List;
import java.util.Optional;

/** A fetched interval; its state is guarded by the ledger. */
final class OwedInterval implements Interval {
  private enum State {
    OUTSTANDING,
    COMMITTED,
    ABORTED
  }

  private final Ledger ledger;
  private final ConsumerAccount account;
  private final Debt debt;
  private final PageSet pages;
  private final List<String> reasons;
  private final boolean conservative;
  private final String technique;
  private final long sequence;
  private State state = State.OUTSTANDING;
  private String whyAborted = "";

  OwedInterval(Ledger ledger, ConsumerAccount account, Debt debt, String technique, long sequence) {
    this.ledger = ledger;
    this.account = account;
    this.debt = debt;
    this.pages = debt.pages();
    this.reasons = debt.reasons();
    this.conservative = debt.isConservative();
    this.technique = technique;
    this.sequence = sequence;
  }

  @Override
  public PageSet pages() {
    return pages;
  }

  @Override
  public List<String> reasons() {
    return reasons;
  }

  @Override
  public String technique() {
    return technique;
  }

  @Override
  public long sequence() {
    return sequence;
  }

  @Override
  public void commit() {
    if (ledger.commit(this)) {
      ledger.tellEnded(this, true);
    }
  }

  @Override
  public void close() {
    ledger.close(this).forEach(aborted -> ledger.tellEnded(aborted, false));
  }

  @Override
  public String toString() {
    return "interval %d by %s: %s %s".formatted(sequence, technique, pages, reasons);
  }

  ConsumerAccount account() {
    return account;
  }

  /** What an abort gives back: the pages less what was unmapped since. */
  Debt debt() {
    return debt;
  }

  boolean isConservative() {
    return conservative;
  }

  boolean isOutstanding() {
    return state == State.OUTSTANDING;
  }

  boolean isCommitted() {
    return state == State.COMMITTED;
  }

  Optional<String> whyAborted() {
    return state == State.ABORTED ? Optional.of(whyAborted) : Optional.empty();
  }

  void committed() {
    state = State.COMMITTED;
  }

  void aborted(String why) {
    state = State.ABORTED;
    whyAborted = why;
  }
}
