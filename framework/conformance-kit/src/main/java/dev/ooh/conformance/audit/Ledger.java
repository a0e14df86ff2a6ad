package dev.ooh.conformance.audit;

import dev.ooh.conformance.LawViolation;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingControl;

/**
 * One consumer, of one thread, of a part of the field, and what it was told: every stamp that was
 * written before a fetch is in that interval or an earlier committed one, and what was aborted,
 * discarded or mapped anew is in the next.
 */
final class Ledger {
  private final AddressSpace space;
  private final TrackingControl control;
  private final Field field;
  private final PageSet part;
  private final TrackingConsumer consumer;
  private final long[] seen;

  /** Guarded by this, since others change it while a fetch is under way. */
  private PageSet due;

  /** What was committed since a change was announced; guarded likewise. */
  private PageSet told = PageSet.empty();

  private long fetches;
  private long reported;

  Ledger(AddressSpace space, TrackingControl control, Field field, String name, PageSet part) {
    this.space = space;
    this.control = control;
    this.field = field;
    this.part = part;
    consumer = space.consumer(name);
    seen = new long[field.size()];
    due = part;
  }

  /** The pages that it watches, absent ones included. */
  PageSet part() {
    return part;
  }

  /** The pages changed otherwise than by a writer, or their region is a new one. */
  synchronized void owe(PageSet pages) {
    due = due.union(pages.intersect(part));
  }

  /** Something is about to change pages otherwise than by a writer. */
  synchronized void announce() {
    told = PageSet.empty();
  }

  /**
   * As {@link #owe}, of a change since it was announced: what was told meanwhile may have been told
   * after the change, and then is not due again.
   */
  synchronized void oweUntold(PageSet pages) {
    owe(pages.minus(told));
  }

  private synchronized void tell(PageSet pages) {
    told = told.union(pages);
    forget(pages);
  }

  /** The pages' region is gone. */
  synchronized void forget(PageSet pages) {
    due = due.minus(pages);
  }

  private synchronized PageSet due() {
    return due;
  }

  /** Fetches, checks what the interval holds, and commits it or not. */
  Interval fetch(boolean commit) {
    PageSet scan = part.minus(field.absent());
    PageSet expected = due().intersect(scan);
    long[] written = field.written();
    try (Interval interval = control.fetch(space, consumer, scan, scan)) {
      check(expected, written, scan, interval);
      fetches++;
      reported += interval.pages().pageCount();
      if (commit) {
        take(written, interval.pages());
        tell(interval.pages());
        interval.commit();
      } else {
        owe(interval.pages());
      }
      return interval;
    }
  }

  private void check(PageSet expected, long[] written, PageSet scan, Interval interval) {
    PageSet lost = expected.minus(interval.pages());
    if (!lost.isEmpty()) {
      throw violation("aborted, discarded or new pages", lost, interval);
    }
    for (int page = 0; page < written.length; page++) {
      long address = field.address(page);
      if (written[page] > seen[page]
          && scan.contains(address)
          && !interval.pages().contains(address)) {
        throw violation(
            "the stamp of interval %d".formatted(Field.intervalOf(written[page])),
            PageSet.of(address, address + PageSet.PAGE_SIZE),
            interval);
      }
    }
  }

  private LawViolation violation(String what, PageSet where, Interval interval) {
    return new LawViolation(
        "%s lost %s in %s: interval %d by %s has %d pages, reasons %s; %s"
            .formatted(
                consumer.name(),
                what,
                where,
                interval.sequence(),
                interval.technique(),
                interval.pages().pageCount(),
                interval.reasons(),
                control.explain(space)));
  }

  /** Looks at the contents of what was reported, as a consumer does. */
  private void take(long[] written, PageSet pages) {
    for (int page = 0; page < seen.length; page++) {
      if (pages.contains(field.address(page))) {
        long now = field.inMemory(page);
        // A discard after a store leaves no stamp; the store may be about to count as written.
        seen[page] =
            Math.max(seen[page], Math.max(written[page], now == 0 ? field.begun(page) : now));
      }
    }
  }

  @Override
  public String toString() {
    return "%s: %d fetches of %d pages, %d reported, at last by %s"
        .formatted(
            consumer.name(),
            fetches,
            part.pageCount(),
            reported,
            control.active(space).orElse("none"));
  }
}
