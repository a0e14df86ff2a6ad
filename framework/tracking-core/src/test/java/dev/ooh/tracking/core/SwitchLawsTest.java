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
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.fake.FakeTechnique;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Selection, law 7, and what happens when a technique fails, goes or comes back. */
@Timeout(300)
class SwitchLawsTest {
  /** What a test doesn't want to end, no busy machine ends. */
  private static final Duration LONG = Duration.ofSeconds(200);

  private final TestExecution execution = new TestExecution();
  private final TestSpace space = new TestSpace(execution);
  private final FakeTechnique a = new FakeTechnique("aaa", 20);
  private final FakeTechnique b = new FakeTechnique("bbb", 10);
  private final TrackingCore core = new TrackingCore(new Limits(LONG, LONG, LONG));
  private final Region region = space.mapPages(16);
  private final PageSet all = region.pages();
  private final TrackingConsumer one = space.consumer("one");

  SwitchLawsTest() {
    core.add(a);
    core.add(b);
  }

  @Test
  void theMostPreferredUsableTechniqueIsTaken() {
    assertThat(core.active(space)).isEmpty();
    fetch().commit();
    assertThat(core.active(space)).contains("aaa");
  }

  @Test
  void refusalsHaveReasons() {
    a.probe = Probe.refused("no such register", "buy another machine");
    fetch().commit();
    assertThat(core.active(space)).contains("bbb");
    assertThat(core.explain(space))
        .contains("aaa is refused: no such register (buy another machine)");
  }

  @Test
  void aProbeThatThrowsIsARefusal() {
    a.onProbe =
        () -> {
          throw new LinkageError("no class");
        };
    assertThat(core.list(space).getFirst().probe().reason())
        .isEqualTo("its probe threw java.lang.LinkageError: no class");
    assertThatThrownBy(() -> core.use(space, "aaa"))
        .isInstanceOf(TrackingException.class)
        .hasMessageContaining("aaa is refused: its probe threw java.lang.LinkageError: no class");
  }

  @Test
  void listIsInOrderOfPreferenceAndSaysWhoIsActive() throws TrackingException {
    core.use(space, "bbb");
    fetch().commit();
    assertThat(core.list(space))
        .extracting(status -> status.descriptor().name() + " " + status.active())
        .containsExactly("aaa false", "bbb true", "all-dirty false");
  }

  @Test
  void anUnknownTechniqueIsNamedWithThosePresent() {
    assertThatThrownBy(() -> core.use(space, "zzz"))
        .hasMessage("technique 'zzz' is not present, wanted one of aaa, bbb, all-dirty");
    assertThatThrownBy(() -> core.use("zzz")).isInstanceOf(TrackingException.class);
  }

  /** As a device that one process may open once: whoever comes second is refused. */
  @Test
  void twoOperatorsWhoWantTheSameTechniqueBothGetIt() throws Exception {
    fetch().commit();
    AtomicInteger openers = new AtomicInteger();
    FutureTask<Void> second =
        new FutureTask<>(
            () -> {
              core.use(space, "bbb");
              return null;
            });
    Thread other = new Thread(second);
    b.onProbe =
        () -> {
          boolean free = b.open == 0 && openers.getAndIncrement() == 0;
          b.probe = free ? Probe.usable("fake") : Probe.refused("it is in use", "");
          comesAsFarAsItCan(other);
          openers.decrementAndGet();
        };
    b.beforeFetch = () -> comesAsFarAsItCan(other);
    core.use(space, "bbb");
    second.get();
    assertThat(core.active(space)).contains("bbb");
    assertThat(b.opened).isOne();
  }

  /** As above, when the one who comes second is a fetch, which would take another technique. */
  @Test
  void aTrialTakesNothingFromAFirstFetch() throws Exception {
    AtomicInteger openers = new AtomicInteger();
    FutureTask<Interval> first = new FutureTask<>(this::fetch);
    Thread other = new Thread(first);
    a.onProbe =
        () -> {
          boolean free = a.open == 0 && openers.getAndIncrement() == 0;
          comesAsFarAsItCan(other);
          a.probe = free ? Probe.usable("fake") : Probe.refused("it is in use", "");
          openers.decrementAndGet();
        };
    assertThat(core.list(space).getFirst().probe().usable()).isTrue();
    first.get().commit();
    assertThat(core.active(space)).contains("aaa");
    assertThat(core.explain(space)).noneMatch(line -> line.contains("refused"));
  }

  /** It writes, and must not wait for the end of a pause in which a collector waits for it. */
  @Test
  void aTrialIsMadeWithTheWritersStopped() throws TrackingException {
    b.onProbe = () -> assertThat(execution.isStopped()).isTrue();
    assertThat(core.list(space)).allMatch(status -> status.probe().usable());
    core.use(space, "bbb");
    assertThat(execution.isStopped()).isFalse();
  }

  /** Starts a thread, if nobody did, and looks on until it waits or is done. */
  private static void comesAsFarAsItCan(Thread thread) {
    if (thread == Thread.currentThread()) {
      return;
    }
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
    while (thread.getState() == Thread.State.RUNNABLE) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aTrialIsNotRefusedWhatAFetchIsAboutToOpen() throws Exception {
    core.remove(b);
    core.use(space, "aaa");
    FutureTask<Void> operator =
        new FutureTask<>(
            () -> {
              core.use(space, "aaa");
              return null;
            });
    Thread other = new Thread(operator);
    a.onOpen =
        () -> {
          a.probe = Probe.refused("it is in use", "");
          comesAsFarAsItCan(other);
        };
    fetch().commit();
    operator.get();
    assertThat(core.active(space)).contains("aaa");
  }

  @Test
  void aTechniqueThatGoesWhileItIsTriedIsNotSwitchedTo() throws Exception {
    fetch().commit();
    FutureTask<Void> departure =
        new FutureTask<>(
            () -> {
              core.remove(b);
              return null;
            });
    b.onProbe =
        () -> {
          Thread.ofPlatform().daemon().start(departure);
          while (core.techniques().size() > 2 && !departure.isDone()) {
            Thread.onSpinWait();
          }
        };
    assertThatThrownBy(() -> core.use(space, "bbb")).hasMessage("bbb is refused: it went away");
    departure.get();
    assertThat(core.active(space)).contains("aaa");
    assertThat(b.opened).isZero();
    space.store(page(1));
    assertThat(fetch().pages()).isEqualTo(pages(1));
  }

  @Test
  void aRefusedSwitchLeavesWhatWasActive() {
    fetch().commit();
    b.probe = Probe.refused("no", "");
    space.store(page(1));
    assertThatThrownBy(() -> core.use("bbb")).hasMessageContaining("bbb is refused: no");
    assertThat(core.active(space)).contains("aaa");
    assertThat(fetch().pages()).isEqualTo(pages(1));
  }

  @Test
  void aSwitchReportsTheUnionOfBoth() throws TrackingException {
    fetch().commit();
    space.store(page(1));
    // The two moments at which a write might fall between the chairs.
    b.afterFetch = () -> space.store(page(2));
    a.afterFetch = () -> space.store(page(3));
    core.use(space, "bbb");
    b.afterFetch = () -> {};
    space.store(page(4));
    Interval interval = fetch();
    assertThat(interval.technique()).isEqualTo("bbb");
    assertThat(interval.pages()).isEqualTo(pages(1, 2, 3, 4));
    assertThat(interval.reasons()).isEmpty();
    assertThat(a.open).isZero();
    assertThat(core.statistics(space).switches()).isEqualTo(1);
  }

  @Test
  void techniquesThatCannotShareMakeTheSwitchConservative() throws TrackingException {
    fetch().commit();
    b.beforeFetch =
        () -> {
          if (a.open > 0) {
            throw new TrackingException("EBUSY");
          }
        };
    core.use(space, "bbb");
    Interval interval = fetch();
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons()).containsExactly("switch from aaa to bbb without overlap: EBUSY");
    assertThat(interval.technique()).isEqualTo("bbb");
    interval.commit();
    space.store(page(9));
    assertThat(fetch().pages()).isEqualTo(pages(9));
  }

  @Test
  void aSwitchThatFailsAltogetherGoesBack() {
    fetch().commit();
    b.onOpen =
        () -> {
          throw new TrackingException("no memory");
        };
    assertThatThrownBy(() -> core.use(space, "bbb")).hasMessage("no memory");
    Interval interval = fetch();
    assertThat(interval.technique()).isEqualTo("aaa");
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(b.open).isZero();
    assertThat(a.open).isEqualTo(1);
  }

  @Test
  void anOldTechniqueThatFailsItsLastFetchMakesTheSwitchConservative() throws TrackingException {
    fetch().commit();
    a.beforeFetch =
        () -> {
          throw new IllegalStateException("gone mad");
        };
    core.use(space, "bbb");
    Interval interval = fetch();
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons()).singleElement().asString().contains("gone mad");
  }

  @Test
  void aSessionThatFailsIsOpenedAgainAndNothingIsLost() {
    fetch().commit();
    space.store(page(1));
    a.beforeFetch =
        () -> {
          a.beforeFetch = () -> {};
          throw new TrackingException("handler died");
        };
    Interval interval = fetch();
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons()).containsExactly("aaa failed: handler died");
    assertThat(interval.technique()).isEqualTo("aaa");
    assertThat(a.opened).isEqualTo(2);
    assertThat(a.open).isEqualTo(1);
    interval.commit();
    space.store(page(2));
    assertThat(fetch().pages()).isEqualTo(pages(2));
  }

  @Test
  void aTechniqueThatKeepsFailingIsSetAsideAndTheReasonStays() throws TrackingException {
    a.beforeFetch =
        () -> {
          throw new TrackingException("broken");
        };
    core.use(space, "aaa");
    fetch().commit();
    Interval interval = fetch();
    assertThat(interval.technique()).isEqualTo("all-dirty");
    assertThat(interval.reasons()).singleElement().asString().contains("broken");
    assertThat(a.opened).isEqualTo(2);
    interval.commit();
    a.beforeFetch = () -> {};
    core.use(space, "aaa");
    fetch().commit();
    space.store(page(1));
    assertThat(fetch().pages()).isEqualTo(pages(1));
  }

  @Test
  void fallbackOnlyWhenAsked() throws TrackingException {
    core.use(space, "aaa");
    fetch().commit();
    core.remove(a);
    Interval interval = fetch();
    assertThat(interval.technique()).isEqualTo("all-dirty");
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons()).contains("aaa went away");
    interval.commit();
    core.fallback(List.of("bbb"));
    fetch().commit();
    assertThat(core.active(space)).contains("bbb");
    space.store(page(3));
    assertThat(fetch().pages()).isEqualTo(pages(3));
  }

  @Test
  void aDepartureToAFallbackLosesNothing() throws TrackingException {
    core.fallback(List.of("nonsense", "bbb"));
    core.use(space, "aaa");
    fetch().commit();
    space.store(page(5));
    core.remove(a);
    assertThat(a.open).isZero();
    space.store(page(6));
    Interval interval = fetch();
    assertThat(interval.technique()).isEqualTo("bbb");
    assertThat(interval.pages()).isEqualTo(pages(5, 6));
  }

  @Test
  void aTechniqueThatComesBackAndIsStillWantedIsTakenAgain() throws TrackingException {
    core.use(space, "aaa");
    fetch().commit();
    core.remove(a);
    fetch().commit();
    FakeTechnique updated = new FakeTechnique("aaa", 20);
    core.add(updated);
    fetch().commit();
    space.store(page(1));
    Interval interval = fetch();
    assertThat(interval.technique()).isEqualTo("aaa");
    assertThat(interval.pages()).isEqualTo(pages(1));
    assertThat(updated.open).isEqualTo(1);
  }

  @Test
  void anUpdateThatComesBeforeTheOldOneGoesIsALosslessSwitch() {
    fetch().commit();
    space.store(page(1));
    FakeTechnique updated = new FakeTechnique("aaa", 20);
    core.add(updated);
    core.remove(a);
    assertThat(a.open).isZero();
    space.store(page(2));
    assertThat(fetch().pages()).isEqualTo(pages(1, 2));
    assertThat(updated.open).isEqualTo(1);
  }

  /** The device that the old one holds is free once that one was closed. */
  @Test
  void anUpdateThatIsRefusedWhatTheOldOneHoldsIsTriedOnceMore() {
    fetch().commit();
    FakeTechnique updated = new FakeTechnique("aaa", 20);
    AtomicInteger trials = new AtomicInteger();
    updated.onProbe =
        () -> {
          trials.incrementAndGet();
          updated.probe = a.open == 0 ? Probe.usable("fake") : Probe.refused("EBUSY", "");
        };
    core.add(updated);
    Interval interval = fetch();
    assertThat(interval.reasons()).containsExactly("aaa is refused: EBUSY");
    interval.commit();
    core.remove(a);
    fetch().commit();
    assertThat(updated.open).isOne();
    space.store(page(1));
    assertThat(fetch().pages()).isEqualTo(pages(1));
    assertThat(trials).hasValue(2);
  }

  @Test
  void anUpdateThatIsRefusedAnywayIsTriedNoMoreThanTwice() {
    fetch().commit();
    FakeTechnique updated = new FakeTechnique("aaa", 20);
    updated.probe = Probe.refused("no such register", "");
    AtomicInteger trials = new AtomicInteger();
    updated.onProbe = trials::incrementAndGet;
    core.add(updated);
    for (int i = 0; i < 5; i++) {
      fetch().commit();
    }
    assertThat(core.active(space)).contains("all-dirty");
    assertThat(trials).hasValue(2);
  }

  @Test
  void aSwitchOfAllGoesOnWhereOneIsClosedMeanwhile() throws TrackingException {
    TestSpace other = new TestSpace(execution);
    core.start(space);
    core.start(other);
    List<TestSpace> left = new ArrayList<>(List.of(space, other));
    core.remove(b);
    core.add(
        new TrackingTechnique() {
          @Override
          public TechniqueDescriptor descriptor() {
            return b.descriptor();
          }

          @Override
          public Probe probe(AddressSpace of) {
            if (left.size() > 1) {
              TestSpace closed = of == space ? other : space;
              left.remove(closed);
              closed.close();
            }
            return b.probe(of);
          }

          @Override
          public TrackingSession open(AddressSpace of) throws TrackingException {
            return b.open(of);
          }
        });
    core.use("bbb");
    assertThat(core.active(left.getFirst())).contains("bbb");
    TestSpace next = new TestSpace(execution);
    core.start(next);
    assertThat(core.active(next)).contains("bbb");
  }

  @Test
  void writersAreStoppedAcrossAFetchThatNeedsIt() throws TrackingException {
    FakeTechnique classic = new FakeTechnique("classic", 30, true);
    classic.beforeFetch = () -> assertThat(execution.isStopped()).isTrue();
    core.add(classic);
    core.use(space, "classic");
    fetch().commit();
    assertThat(execution.isStopped()).isFalse();
    assertThat(core.statistics(space).stoppedNanos()).isPositive();
  }

  @Test
  void aTechniqueThatWasTriedAndIsNotOpenYetIsListedAsUsable() throws TrackingException {
    core.add(new FakeTechnique("classic", 30, true));
    core.use(space, "classic");
    assertThat(core.list(space)).allMatch(status -> status.probe().usable());
    fetch().commit();
    assertThat(core.active(space)).contains("classic");
  }

  @Test
  void whereWritersCannotBeStoppedTheTechniqueIsRefused() {
    core.add(new FakeTechnique("classic", 30, true));
    execution.unstoppable(true);
    assertThatThrownBy(() -> core.use(space, "classic"))
        .hasMessageContaining("thread w did not reach a poll");
    fetch().commit();
    assertThat(core.active(space)).contains("aaa");
  }

  @Test
  void aWayThatDoesNotNeedStoppedWritersIsTakenWithoutThem() throws TrackingException {
    FakeTechnique classic = new FakeTechnique("classic", 30, true);
    classic.sessionNeedsStoppedWriters = false;
    core.add(classic);
    execution.unstoppable(true);
    core.use(space, "classic");
    fetch().commit();
    space.store(page(1));
    assertThat(fetch().pages()).isEqualTo(pages(1));
  }

  @Test
  void aTechniqueAtWorkIsNotTriedAgain() throws TrackingException {
    fetch().commit();
    a.onProbe =
        () -> {
          throw new IllegalStateException("would clear what is gathered");
        };
    assertThat(core.list(space).getFirst().probe()).isEqualTo(Probe.usable("fake"));
    core.use(space, "aaa");
  }

  @Test
  void writersThatDoNotStopOnceMakeOneIntervalConservative() throws TrackingException {
    core.add(new FakeTechnique("classic", 30, true));
    core.use(space, "classic");
    fetch().commit();
    space.store(page(1));
    execution.unstoppable(true);
    Interval interval = fetch();
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons()).singleElement().asString().contains("thread w");
    interval.commit();
    execution.unstoppable(false);
    space.store(page(2));
    assertThat(fetch().pages()).isEqualTo(pages(1, 2));
  }

  @Test
  void statisticsOutliveTheSessions() throws TrackingException {
    fetch().commit();
    fetch().commit();
    core.use(space, "bbb");
    fetch().commit();
    // Two by a, its last one, the arming of b, and one by b.
    assertThat(core.statistics(space).technique().get("fetches")).isEqualTo(5);
    assertThat(core.statistics(space).fetches()).isEqualTo(3);
  }

  @Test
  void techniquesAreFoundOnAPlainClassPath() {
    TestSpace other = new TestSpace();
    Region memory = other.mapPages(2);
    try (TrackingCore loaded = TrackingCore.load()) {
      Interval first = loaded.fetch(other, other.consumer("c"), memory.pages(), memory.pages());
      assertThat(first.technique()).isEqualTo("all-dirty");
    }
  }

  private Interval fetch() {
    return core.fetch(space, one, all, all);
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
