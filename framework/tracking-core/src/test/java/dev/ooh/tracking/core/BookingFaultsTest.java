package dev.ooh.tracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestExecution;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.core.fake.FakeTechnique;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Law 1 when something is thrown after a session has drained what was written and armed it anew,
 * and before all consumers are owed it.
 */
class BookingFaultsTest {
  /** The clock, the observer or nobody throws an error, once. */
  private enum Fault {
    NONE,
    CLOCK,
    GATHERED,
    TOOK
  }

  private volatile Fault next = Fault.NONE;

  private final TestSpace space =
      new TestSpace(
          new TestExecution(
              () -> {
                fail(Fault.CLOCK);
                return System.nanoTime();
              },
              false));
  private final FakeTechnique a = new FakeTechnique("aaa", 20, true);
  private final TrackingCore core = new TrackingCore();
  private final Region region = space.mapPages(16);
  private final PageSet all = region.pages();
  private final TrackingConsumer one = space.consumer("one");
  private final TrackingConsumer other = space.consumer("other");

  BookingFaultsTest() {
    core.add(a);
    core.addObserver(
        new TrackingObserver() {
          @Override
          public void works(
              AddressSpace of, Optional<String> technique, Map<String, TrackingStatistics> all) {}

          @Override
          public void gathered(
              AddressSpace of, String technique, PageSet scan, PageSet arm, Gathered gathered) {
            fail(Fault.GATHERED);
          }

          @Override
          public void took(AddressSpace of, String technique, Phase phase, long nanos) {
            if (phase == Phase.FETCH) {
              fail(Fault.TOOK);
            }
          }
        });
  }

  @Test
  void anObserversErrorWhenItIsToldOfAnAnswerGoesNoFurther() {
    fetch(one).commit();
    space.store(page(1));
    next = Fault.GATHERED;
    assertThat(fetch(one).pages()).isEqualTo(pages(1));
    assertThat(next).isEqualTo(Fault.NONE);
  }

  @Test
  void anObserversErrorWhenItIsToldOfAnIntervalGoesNoFurther() {
    fetch(one).commit();
    next = Fault.TOOK;
    // Or nobody could commit or abort it, and no later one could be committed.
    fetch(one).commit();
    assertThat(next).isEqualTo(Fault.NONE);
  }

  @Test
  void anErrorOfTheCoreMakesTheNextIntervalsConservative() {
    fetch(one).commit();
    fetch(other).commit();
    space.store(page(1));
    a.afterFetch =
        () -> {
          a.afterFetch = () -> {};
          next = Fault.CLOCK;
        };
    assertThatThrownBy(() -> fetch(one)).isInstanceOf(InternalError.class);
    for (TrackingConsumer consumer : new TrackingConsumer[] {one, other}) {
      Interval interval = fetch(consumer);
      assertThat(interval.pages()).isEqualTo(all);
      assertThat(interval.reasons())
          .containsExactly("aaa failed: its answer was lost to java.lang.InternalError: tried");
      interval.commit();
    }
    assertThat(a.opened).isEqualTo(2);
    assertThat(a.open).isOne();
    space.store(page(2));
    assertThat(fetch(one).pages()).isEqualTo(pages(2));
  }

  /** What is mapped there next is not what the session has armed. */
  @Test
  void anUnmappingThatCannotBeNotedTakesAnotherSession() {
    fetch(one).commit();
    fetch(other).commit();
    space.tellUnmappedInVain();
    for (TrackingConsumer consumer : new TrackingConsumer[] {one, other}) {
      Interval interval = fetch(consumer);
      assertThat(interval.pages()).isEqualTo(all);
      assertThat(interval.reasons()).singleElement().asString().contains("could not be noted");
      interval.commit();
    }
    assertThat(a.opened).isEqualTo(2);
    assertThat(a.open).isOne();
    space.store(page(2));
    assertThat(fetch(one).pages()).isEqualTo(pages(2));
  }

  @Test
  void anErrorOfTheCoreWithinASwitchMakesTheNextIntervalsConservative() throws TrackingException {
    FakeTechnique b = new FakeTechnique("bbb", 10);
    core.add(b);
    fetch(one).commit();
    space.store(page(1));
    a.afterFetch =
        () -> {
          a.afterFetch = () -> {};
          next = Fault.CLOCK;
        };
    assertThatThrownBy(() -> core.use(space, "bbb")).isInstanceOf(InternalError.class);
    assertThat(b.open).isZero();
    Interval interval = fetch(one);
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons()).singleElement().asString().contains("InternalError");
    assertThat(a.open).isOne();
  }

  @Test
  void aClosedConsumersFetchIsNoFaultOfTheSession() {
    fetch(one).commit();
    fetch(other).commit();
    other.close();
    space.store(page(1));
    assertThatThrownBy(() -> fetch(other)).hasMessageContaining("was closed");
    assertThat(fetch(one).pages()).isEqualTo(pages(1));
  }

  @Test
  void aTechniqueThatAnswersNullIsSetAside() {
    fetch(one).commit();
    fetch(other).commit();
    space.store(page(1));
    a.answersNull = true;
    for (TrackingConsumer consumer : new TrackingConsumer[] {one, other}) {
      Interval interval = fetch(consumer);
      assertThat(interval.technique()).isEqualTo("all-dirty");
      assertThat(interval.pages()).isEqualTo(all);
    }
    assertThat(core.history(space).toString()).contains("NullPointerException");
    assertThat(a.open).isZero();
  }

  @Test
  void aTechniqueThatAnswersNullToWhoeverLooksOnBreaksNothing() {
    fetch(one).commit();
    a.answersNull = true;
    assertThat(core.explain(space)).anySatisfy(line -> assertThat(line).contains("unknown"));
    assertThat(core.statistics(space).fetches()).isOne();
    core.close();
    assertThat(a.open).isZero();
  }

  private void fail(Fault where) {
    if (next == where && where != Fault.NONE) {
      next = Fault.NONE;
      throw new InternalError("tried");
    }
  }

  private Interval fetch(TrackingConsumer consumer) {
    return core.fetch(space, consumer, all, all);
  }

  private long page(int index) {
    return region.start() + (long) index * PageSet.PAGE_SIZE;
  }

  private PageSet pages(int index) {
    return PageSet.builder().addPage(page(index)).build();
  }
}
