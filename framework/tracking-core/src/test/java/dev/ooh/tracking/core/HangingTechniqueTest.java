package dev.ooh.tracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestExecution;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.core.fake.FakeTechnique;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A technique that does not return, and the one limit that ends its call. */
@Timeout(300)
class HangingTechniqueTest {
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofSeconds(200);

  private final TestExecution execution = new TestExecution();
  private final TestSpace space = new TestSpace(execution);
  private final FakeTechnique a = new FakeTechnique("aaa", 20);
  private final FakeTechnique b = new FakeTechnique("bbb", 10);
  private final Region region = space.mapPages(16);
  private final PageSet all = region.pages();
  private final TrackingConsumer one = space.consumer("one");
  private TrackingCore core = new TrackingCore();

  private void core(Limits limits) {
    core = new TrackingCore(limits);
    core.add(a);
    core.add(b);
  }

  @Test
  void aTechniqueThatHangsWhileItGoesIsGivenUp() throws TrackingException {
    core(new Limits(LONG, SHORT, LONG));
    core.fallback(List.of("bbb"));
    core.use(space, "aaa");
    fetch().commit();
    CountDownLatch never = new CountDownLatch(1);
    a.beforeFetch = () -> await(never);
    core.remove(a);
    Interval interval = fetch();
    assertThat(interval.technique()).isEqualTo("bbb");
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons())
        .containsExactly("aaa gave no last answer: aaa's fetch did not return within 100 ms");
    never.countDown();
  }

  @Test
  void aRunningFetchThatHangsIsFencedAndItsLateAnswerDropped() throws Exception {
    core(new Limits(SHORT, LONG, LONG));
    fetch().commit();
    CountDownLatch inFetch = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    a.beforeFetch =
        () -> {
          inFetch.countDown();
          await(goOn);
        };
    TrackingConsumer late = space.consumer("late");
    AtomicReference<Interval> answer = new AtomicReference<>();
    Thread hanging = new Thread(() -> answer.set(core.fetch(space, late, all, all)));
    hanging.start();
    inFetch.await();
    core.use(space, "bbb");
    Interval interval = fetch();
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons())
        .containsExactly("aaa did not answer within 100 ms before a switch to bbb");
    assertThat(interval.technique()).isEqualTo("bbb");
    interval.commit();
    goOn.countDown();
    hanging.join();
    assertThat(answer.get().pages()).isEqualTo(all);
    assertThat(a.open).isZero();
    space.store(page(2));
    assertThat(fetch().pages()).isEqualTo(pages(2));
  }

  /** Fenced when nothing is left for it to do but to return. */
  @Test
  void whoIsFencedWithItsIntervalInHandClosesTheSession() throws Exception {
    core(new Limits(SHORT, LONG, LONG));
    fetch().commit();
    Hang hang = new Hang();
    core.addObserver(
        new TrackingObserver() {
          @Override
          public void works(
              AddressSpace of, Optional<String> technique, Map<String, TrackingStatistics> all) {}

          @Override
          public void took(AddressSpace of, String technique, Phase phase, long nanos) {
            if (phase == Phase.FETCH && technique.equals("aaa")) {
              hang.run();
            }
          }
        });
    FutureTask<Interval> late = inAThread(() -> core.fetch(space, one, all, all));
    hang.begun.await();
    core.use(space, "bbb");
    hang.end.countDown();
    late.get().commit();
    assertThat(a.open).isZero();
    Interval interval = fetch();
    assertThat(interval.technique()).isEqualTo("bbb");
    assertThat(interval.pages()).isEqualTo(all);
  }

  /** Fenced in the middle of opening: what it opened is no part of what others do. */
  @Test
  void whoIsFencedWhileItOpensTakesNoNewsFromTheNextSession() throws Exception {
    core(new Limits(SHORT, LONG, LONG));
    Hang hang = new Hang();
    a.onOpen = hang::run;
    TrackingConsumer slow = space.consumer("slow");
    FutureTask<Interval> late = inAThread(() -> core.fetch(space, slow, all, all));
    hang.begun.await();
    core.use(space, "bbb");
    fetch().commit();
    space.unmap(region);
    assertThat(space.map(RegionRequest.anonymous("again", all.bytes()).at(region.start())).pages())
        .isEqualTo(all);
    hang.end.countDown();
    late.get().commit();
    assertThat(a.open).isZero();
    fetch().commit();
    assertThat(b.unmapped).containsExactly(all);
    space.store(page(2));
    assertThat(fetch().pages()).isEqualTo(pages(2));
  }

  /** Fenced in the middle of a switch: the session that others opened meanwhile is not its own. */
  @Test
  void whoIsFencedWhileItSwitchesLeavesTheNextSessionAlone() throws Exception {
    core(new Limits(SHORT, LONG, LONG));
    core.fallback(List.of("bbb"));
    core.use(space, "aaa");
    core.remove(a);
    fetch().commit();
    Hang hang = new Hang();
    a.beforeFetch = hang::run;
    core.add(a);
    TrackingConsumer slow = space.consumer("slow");
    FutureTask<Interval> late = inAThread(() -> core.fetch(space, slow, all, all));
    hang.begun.await();
    core.use(space, "bbb");
    fetch().commit();
    space.store(page(3));
    hang.end.countDown();
    assertThat(late.get().pages()).isEqualTo(all);
    assertThat(a.open).isZero();
    assertThat(b.open).isOne();
    assertThat(fetch().pages()).isEqualTo(pages(3));
    assertThat(core.history(space)).noneMatch(line -> line.contains("failed"));
  }

  @Test
  void whoOnlyLooksOnFencesNobody() throws Exception {
    core(new Limits(SHORT, LONG, LONG));
    fetch().commit();
    space.store(page(1));
    Hang hang = new Hang();
    a.beforeFetch = hang::run;
    FutureTask<Interval> late = inAThread(this::fetch);
    hang.begun.await();
    assertThat(core.list(space))
        .extracting(status -> status.active() + " " + status.probe().reason())
        .startsWith("true fake", "false it was not tried: another one takes too long");
    hang.end.countDown();
    assertThat(late.get().pages()).isEqualTo(pages(1));
    assertThat(core.list(space)).allMatch(status -> status.probe().usable());
  }

  /**
   * As a trial that must wait for the end of a pause, in which a collector asks for its interval.
   */
  @Test
  void aFetchEndsATrialThatMayWaitForIt() throws Exception {
    core(new Limits(SHORT, LONG, LONG));
    fetch().commit();
    execution.unstoppable(true);
    FutureTask<Interval> inAPause = new FutureTask<>(this::fetch);
    b.onProbe =
        () -> {
          Thread.ofPlatform().daemon().start(inAPause);
          join(inAPause);
        };
    assertThat(core.list(space)).allMatch(status -> status.probe().usable());
    Interval interval = inAPause.get();
    assertThat(interval.pages()).isEqualTo(all);
    assertThat(interval.reasons())
        .containsExactly("aaa did not answer within 100 ms before a fetch");
    interval.commit();
    space.store(page(2));
    assertThat(fetch().pages()).isEqualTo(pages(2));
  }

  /** The same where nobody was to be stopped: another thread's pause is none of this one's. */
  @Test
  void aFetchEndsTheTrialsOfTheFirst() throws Exception {
    core(new Limits(SHORT, LONG, LONG));
    FutureTask<Interval> inAPause =
        new FutureTask<>(() -> core.fetch(space, space.consumer("in a pause"), all, all));
    a.onProbe =
        () -> {
          a.onProbe = () -> {};
          Thread.ofPlatform().daemon().start(inAPause);
          join(inAPause);
        };
    fetch().commit();
    Interval interval = inAPause.get();
    assertThat(interval.pages()).isEqualTo(all);
    interval.commit();
    space.store(page(2));
    assertThat(fetch().pages()).isEqualTo(pages(2));
  }

  private static void join(FutureTask<?> task) {
    try {
      task.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Those who came before the end, and have not had their turn, are answered as those after it. */
  @Test
  void whoWaitsWhenTheCoreIsStoppedIsToldAll() throws Exception {
    core(new Limits(LONG, LONG, LONG));
    fetch().commit();
    Hang hang = new Hang();
    a.beforeFetch = hang::run;
    FutureTask<Interval> running = inAThread(this::fetch);
    hang.begun.await();
    TrackingConsumer other = space.consumer("other");
    FutureTask<Interval> queued = new FutureTask<>(() -> core.fetch(space, other, all, all));
    FutureTask<Boolean> operator =
        new FutureTask<>(
            () -> {
              core.use(space, "bbb");
              return true;
            });
    FutureTask<Boolean> end =
        new FutureTask<>(
            () -> {
              core.close();
              return true;
            });
    startAndAwaitWaiting(queued);
    startAndAwaitWaiting(operator);
    startAndAwaitWaiting(end);
    hang.end.countDown();
    running.get().commit();
    assertThat(queued.get().pages()).isEqualTo(all);
    assertThat(queued.get().reasons()).containsExactly("the tracking core was stopped");
    assertThatThrownBy(operator::get).hasRootCauseMessage("the tracking core was stopped");
    assertThat(end.get()).isTrue();
    assertThat(a.open).isZero();
    assertThat(b.open).isZero();
  }

  private static void startAndAwaitWaiting(FutureTask<?> task) {
    Thread thread = Thread.ofPlatform().daemon().start(task);
    while (thread.isAlive()
        && thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertThat(thread.isAlive()).as("it waits").isTrue();
  }

  /** Hangs whoever runs it, until a test ends that. */
  private static final class Hang {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    void run() {
      begun.countDown();
      await(end);
    }
  }

  private static <T> FutureTask<T> inAThread(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Interval fetch() {
    return core.fetch(space, one, all, all);
  }

  private long page(int index) {
    return region.start() + (long) index * PageSet.PAGE_SIZE;
  }

  private PageSet pages(int index) {
    return PageSet.builder().addPage(page(index)).build();
  }
}
