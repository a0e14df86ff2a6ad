package dev.ooh.tracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.fake.FakeTechnique;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A technique that does not return, and the one limit that ends its call. */
@Timeout(300)
class HangingTechniqueTest {
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofSeconds(200);

  private final TestSpace space = new TestSpace();
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
