package dev.ooh.tracking.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Gathered;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What fails half-way, for want of memory for instance, loses no page. */
class LedgerTest {
  private static final PageSet ALL = pages(0, 8);
  private static final PageSet WRITTEN = pages(2, 3);
  private static final String TECHNIQUE = "test";

  private final Ledger ledger = new Ledger(new CountsByTechnique(), (interval, committed) -> {});
  private final TrackingConsumer consumer = new TrackingConsumer(space(), "consumer", all -> {});
  private boolean failing;

  @Test
  void anAbortThatFailsLosesNothing() {
    deliver(PageSet.empty()).commit();
    Interval interval = deliver(WRITTEN);
    failing = true;

    assertThatThrownBy(interval::close).isInstanceOf(OutOfMemoryError.class);

    failing = false;
    try (Interval next = deliver(PageSet.empty())) {
      assertThat(next.pages().intersect(WRITTEN)).isEqualTo(WRITTEN);
      next.commit();
    }
  }

  /** Whoever fetched closes once, by try-with-resources, and can fetch and commit from then on. */
  @Test
  void anAbortThatFailsEndsItsIntervalAndThoseAfterIt() {
    deliver(PageSet.empty()).commit();
    Interval before = deliver(PageSet.empty());
    Interval interval = deliver(WRITTEN);
    Interval after = deliver(PageSet.empty());
    failing = true;
    assertThatThrownBy(interval::close).isInstanceOf(OutOfMemoryError.class);
    failing = false;

    before.commit();
    for (Interval ended : List.of(interval, after)) {
      assertThatThrownBy(ended::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("an abort failed");
    }
    Interval next = deliver(PageSet.empty());
    next.commit();
    assertThat(next.pages()).isEqualTo(ALL);
  }

  @Test
  void anEventThatCannotBeNotedLeavesEverythingChanged() {
    List<Consumer<PageSet>> events = List.of(ledger::changed, ledger::unmapped);
    for (Consumer<PageSet> event : events) {
      deliver(PageSet.empty()).commit();

      assertThatThrownBy(() -> event.accept(null)).isInstanceOf(NullPointerException.class);

      Interval next = deliver(PageSet.empty());
      assertThat(next.pages()).isEqualTo(ALL);
      assertThat(next.reasons()).contains(Ledger.UNARMED);
      next.commit();
    }
  }

  @Test
  void pagesOfAnIntervalThatWasNotMadeCountAsChanged() {
    deliver(PageSet.empty()).commit();
    deliver(WRITTEN).close();

    assertThatThrownBy(() -> ledger.deliverAll(consumer, ALL, null, "a test's"))
        .isInstanceOf(NullPointerException.class);

    Interval next = deliver(PageSet.empty());
    assertThat(next.pages()).isEqualTo(ALL);
    assertThat(next.reasons()).contains(Ledger.UNARMED);
    next.commit();
  }

  private Interval deliver(PageSet written) {
    return ledger.deliver(consumer, ALL, ALL, Gathered.of(written), PageSet.empty(), TECHNIQUE);
  }

  /** Has nothing but a name, and no memory for that while this is {@link #failing}. */
  private AddressSpace space() {
    return (AddressSpace)
        Proxy.newProxyInstance(
            LedgerTest.class.getClassLoader(),
            new Class<?>[] {AddressSpace.class},
            (proxy, method, arguments) -> {
              if (failing) {
                throw new OutOfMemoryError("a test's");
              }
              return "space";
            });
  }

  private static PageSet pages(long from, long to) {
    return PageSet.of(from * PageSet.PAGE_SIZE, to * PageSet.PAGE_SIZE);
  }
}
