package dev.ooh.tracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.core.fake.FakeTechnique;
import dev.ooh.tracking.facility.FacilityException;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What consumers are promised, over a technique that sees every store. */
class IntervalLawsTest {
  private final TestSpace space = new TestSpace();
  private final FakeTechnique technique = new FakeTechnique("exact", 10);
  private final TrackingCore core = TrackingCore.create(List.of(technique));
  private final Region region = space.mapPages(16);
  private final PageSet all = region.pages();
  private final TrackingConsumer one = space.consumer("one");
  private final TrackingConsumer two = space.consumer("two");

  @Test
  void firstIntervalIsTheWholeRegionAndSaysWhy() {
    Interval interval = fetch(one);
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons()).containsExactly("first interval of its region");
    assertThat(interval.technique()).isEqualTo("exact");
    assertThat(interval.sequence()).isEqualTo(1);
    assertThat(core.statistics(space).conservative()).isZero();
  }

  @Test
  void laterIntervalsAreWhatWasWritten() {
    fetch(one).commit();
    space.store(page(3));
    Interval second = fetch(one);
    assertThat(second.pages()).isEqualTo(pages(3));
    assertThat(second.reasons()).isEmpty();
    second.commit();
    assertThat(fetch(one).pages().isEmpty()).isTrue();
  }

  @Test
  void aWriteAfterTheSessionRearmedIsInTheNextInterval() {
    fetch(one).commit();
    technique.afterFetch = () -> space.store(page(5));
    assertThat(fetch(one).pages().isEmpty()).isTrue();
    technique.afterFetch = () -> {};
    assertThat(fetch(one).pages()).isEqualTo(pages(5));
  }

  @Test
  void noDiscardIsForgottenHoweverManyComeBetweenTwoFetches() {
    fetch(one).commit();
    for (int events : new int[] {1023, 1024, 1025, 2048}) {
      for (int i = 0; i < events; i++) {
        space.discard(pages(i % 8));
      }
      Interval interval = fetch(one);
      assertThat(interval.pages())
          .as("after %d discards", events)
          .isEqualTo(PageSet.of(page(0), page(8)));
      interval.commit();
    }
  }

  @Test
  void noUnmappingIsForgottenHoweverManyComeBetweenTwoFetches() {
    Region mapped = space.mapPages(1);
    core.fetch(space, one, mapped.pages(), mapped.pages()).commit();
    space.unmap(mapped);
    for (int i = 1; i < 1024; i++) {
      space.unmap(space.mapPages(1));
    }
    Region again =
        space.map(RegionRequest.anonymous("again", PageSet.PAGE_SIZE).at(mapped.start()));
    assertThat(core.fetch(space, one, again.pages(), again.pages()).pages())
        .isEqualTo(again.pages());
  }

  @Test
  void aFailuresRemedyIsToldWithItsReason() {
    fetch(one).commit();
    technique.beforeFetch =
        () -> {
          throw new FacilityException(new IOException("no room"), "make room");
        };
    assertThat(fetch(one).reasons()).contains("exact failed: no room (make room)");
    assertThat(core.explain(space))
        .anySatisfy(line -> assertThat(line).contains("it failed: no room (make room)"));
  }

  @Test
  void whatOneConsumerFetchesTheOtherIsStillOwed() {
    fetch(one).commit();
    fetch(two).commit();
    space.store(page(1));
    assertThat(fetch(one).pages()).isEqualTo(pages(1));
    space.store(page(2));
    assertThat(fetch(two).pages()).isEqualTo(pages(1, 2));
    assertThat(fetch(one).pages()).isEqualTo(pages(2));
  }

  @Test
  void whatAClosedConsumerFetchesTheOtherIsStillOwed() {
    fetch(one).commit();
    fetch(two).commit();
    space.store(page(1));
    one.close();
    assertThatThrownBy(() -> fetch(one)).isInstanceOf(IllegalStateException.class);
    assertThat(fetch(two).pages()).isEqualTo(pages(1));
  }

  @Test
  void closingWithoutCommitOwesThePagesAgain() {
    fetch(one).commit();
    space.store(page(7));
    fetch(one).close();
    space.store(page(8));
    Interval again = fetch(one);
    assertThat(again.pages()).isEqualTo(pages(7, 8));
    assertThat(core.statistics(space).aborted()).isEqualTo(1);
  }

  @Test
  void outstandingIntervalsCommitInOrderAndOneThatFailsFailsItsSuccessors() {
    fetch(one).commit();
    space.store(page(1));
    Interval first = fetch(one);
    space.store(page(2));
    Interval second = fetch(one);
    assertThatThrownBy(second::commit)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("interval 3")
        .hasMessageContaining("interval 2 first");
    first.close();
    assertThatThrownBy(second::commit)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("interval 2 of one of test was aborted");
    assertThat(fetch(one).pages()).isEqualTo(pages(1, 2));
  }

  @Test
  void commitAndCloseTwiceDoNothing() {
    Interval interval = fetch(one);
    interval.commit();
    interval.commit();
    interval.close();
    interval.close();
    assertThat(fetch(one).pages().isEmpty()).isTrue();
    assertThat(core.statistics(space).committed()).isEqualTo(1);
    assertThat(core.statistics(space).aborted()).isZero();
  }

  @Test
  void aPageLeftUnarmedCountsAsChangedForAllWhoWatchIt() {
    fetch(one).commit();
    fetch(two).commit();
    space.store(page(0));
    core.fetch(space, one, all, all.minus(pages(0))).commit();
    Interval later = fetch(one);
    assertThat(later.pages()).isEqualTo(pages(0));
    assertThat(later.reasons()).containsExactly("left unarmed");
    assertThat(fetch(two).pages()).isEqualTo(pages(0));
  }

  @Test
  void aWriteToAnUnarmedPageReachesAConsumerThatDidNotRearmIt() {
    fetch(one).commit();
    fetch(two).commit();
    space.store(page(4));
    core.fetch(space, one, all, PageSet.empty()).commit();
    fetch(two).commit();
    assertThat(fetch(one).pages()).isEqualTo(pages(4));
  }

  @Test
  void pagesDrainedOutsideTheScanStayGathered() {
    fetch(one).commit();
    space.store(page(2));
    space.store(page(9));
    assertThat(core.fetch(space, one, pages(2), pages(2)).pages()).isEqualTo(pages(2));
    assertThat(fetch(one).pages()).isEqualTo(pages(9));
  }

  @Test
  void unmappedPagesAreForgottenAndBornDirtyWhenMappedAgain() {
    fetch(one).commit();
    space.store(page(1));
    Interval outstanding = fetch(one);
    space.unmap(region);
    outstanding.close();
    assertThat(fetch(one).pages().isEmpty()).isTrue();
    space.map(RegionRequest.anonymous("again", region.bytes()).at(region.start()));
    Interval born = fetch(one);
    assertThat(born.pages()).isEqualTo(all);
    assertThat(born.reasons()).containsExactly("first interval of its region");
    assertThat(technique.unmapped).containsExactly(all);
  }

  @Test
  void aRegionRemappedDuringAFetchIsBornDirty() {
    fetch(one).commit();
    technique.afterFetch =
        () -> {
          technique.afterFetch = () -> {};
          space.unmap(region);
          space.map(RegionRequest.anonymous("again", region.bytes()).at(region.start()));
        };
    fetch(one).commit();
    assertThat(fetch(one).pages()).isEqualTo(all);
  }

  @Test
  void discardedPagesCountAsWritten() {
    fetch(one).commit();
    space.discard(pages(6));
    assertThat(fetch(one).pages()).isEqualTo(pages(6));
  }

  @Test
  void aListenerThatThrowsLosesNoDiscardedPage() {
    TestSpace other = new TestSpace();
    other.addListener(
        new AddressSpace.Listener() {
          @Override
          public void changed(AddressSpace where, PageSet pages) {
            throw new IllegalStateException("for the test");
          }
        });
    PageSet there = other.mapPages(4).pages();
    TrackingConsumer consumer = other.consumer("one");
    core.fetch(other, consumer, there, there).commit();
    other.discard(there);
    assertThat(core.fetch(other, consumer, there, there).pages()).isEqualTo(there);
  }

  @Test
  void pagesDeclaredAlwaysDirtyAreInEveryInterval() {
    fetch(one).commit();
    space.declareAlwaysDirty(pages(11));
    for (int i = 0; i < 2; i++) {
      Interval interval = fetch(one);
      assertThat(interval.pages()).isEqualTo(pages(11));
      assertThat(interval.reasons()).containsExactly("declared always dirty");
    }
  }

  @Test
  void doubtIsLoudForEveryConsumer() {
    fetch(one).commit();
    fetch(two).commit();
    space.doubt("forked");
    for (TrackingConsumer consumer : List.of(one, two)) {
      Interval interval = fetch(consumer);
      assertThat(interval.pages()).isEqualTo(all);
      assertThat(interval.reasons()).containsExactly("forked");
    }
    assertThat(core.statistics(space).conservative()).isEqualTo(2);
  }

  /** Of many the first 16 have their lines, and the rest one. */
  @Test
  void noDoubtIsDropped() {
    fetch(one).commit();
    List<String> doubts = IntStream.range(0, 20).mapToObj(i -> "doubt " + i).toList();
    doubts.forEach(space::doubt);
    Interval interval = fetch(one);
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons())
        .containsAll(doubts.subList(0, 16))
        .contains("further reasons")
        .hasSize(17);
  }

  @Test
  void whatASessionLostIsAllOfWhatItWatched() {
    fetch(one).commit();
    fetch(two).commit();
    technique.lose = List.of("ring overflow");
    assertThat(core.fetch(space, one, pages(3), pages(3)).pages()).isEqualTo(pages(3));
    Interval rest = fetch(one);
    assertThat(rest.pages()).isEqualTo(all.minus(pages(3)));
    assertThat(rest.reasons()).containsExactly("ring overflow");
    assertThat(fetch(two).pages()).isEqualTo(all);
  }

  @Test
  void eachRefusalHasItsReasonAndMakesNoOtherPageDoubtful() {
    fetch(one).commit();
    technique.unseen =
        List.of(
            new Gathered.Unseen(pages(1), "region a unwatched"),
            new Gathered.Unseen(pages(2), "region b unwatched"));
    space.store(page(3));
    Interval interval = fetch(one);
    assertThat(interval.pages()).isEqualTo(pages(1).union(pages(2)).union(pages(3)));
    assertThat(interval.reasons()).containsExactly("region a unwatched", "region b unwatched");
    assertThat(core.statistics(space).conservative()).isEqualTo(1);
  }

  @Test
  void eachLossHasItsReason() {
    fetch(one).commit();
    technique.lose = List.of("ring overflow", "handler died");
    Interval interval = fetch(one);
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons()).containsExactly("ring overflow", "handler died");
  }

  @Test
  void aClosedConsumerIsOwedNothing() {
    Interval interval = fetch(one);
    one.close();
    assertThatThrownBy(interval::commit)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("one of test was closed");
    interval.close();
    assertThatThrownBy(() -> fetch(one)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void boundsAreWidenedToPages() {
    PageSet part = PageSet.of(page(3) + 8, page(3) + 16);
    assertThat(core.fetch(space, one, part, part).pages()).isEqualTo(pages(3));
  }

  @Test
  void wrongArgumentsAreNamed() {
    TestSpace other = new TestSpace();
    TrackingConsumer foreign = other.consumer("foreign");
    assertThatThrownBy(() -> core.fetch(space, foreign, all, all))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("foreign");
    assertThatThrownBy(() -> core.fetch(space, one, pages(1), pages(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("within scan");
  }

  @Test
  void aClosedSpaceEndsItsTracking() {
    fetch(one);
    space.close();
    assertThat(technique.open).isZero();
    assertThat(core.spaces()).isEmpty();
    assertThatThrownBy(() -> fetch(one))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aStoppedCoreSaysAll() {
    Interval outstanding = fetch(one);
    core.close();
    assertThat(technique.open).isZero();
    outstanding.commit();
    assertThat(fetch(one).pages()).isEqualTo(all);
  }

  private Interval fetch(TrackingConsumer consumer) {
    return core.fetch(space, consumer, all, all);
  }

  private long page(int index) {
    return region.start() + (long) index * PageSet.PAGE_SIZE;
  }

  private PageSet pages(int... indices) {
    PageSet.Builder pages = PageSet.builder();
    for (int index : indices) {
      pages.addPage(page(index));
    }
    return pages.build();
  }
}
