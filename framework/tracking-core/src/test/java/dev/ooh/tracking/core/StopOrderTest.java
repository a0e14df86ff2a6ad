package dev.ooh.tracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Interval;
import dev.ooh.memory.Region;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestExecution;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.fake.FakeTechnique;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whoever asks for stopped writers lets others fetch meanwhile: a collector fetches in its own
 * pause, for whose end the asking one waits. Here each request to stop waits for another's fetch.
 */
@Timeout(60)
class StopOrderTest {
  private final TestExecution threads = new TestExecution();

  /** What others do while somebody asks for stopped writers, each once. */
  private final Deque<Runnable> meanwhile = new ArrayDeque<>();

  private final AtomicInteger fetched = new AtomicInteger();

  private final TestSpace space =
      new TestSpace(
          (ExecutionContext)
              Proxy.newProxyInstance(
                  ExecutionContext.class.getClassLoader(),
                  new Class<?>[] {ExecutionContext.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("stopWriters")) {
                      letOthersFetch();
                    }
                    try {
                      return method.invoke(threads, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  }));
  private final TrackingCore core = new TrackingCore();
  private final Region region = space.mapPages(16);
  private final TrackingConsumer one = space.consumer("one");
  private final TrackingConsumer other = space.consumer("other");
  private final FakeTechnique stopping = new FakeTechnique("stopping", 20, true);
  private final FakeTechnique plain = new FakeTechnique("plain", 10);

  StopOrderTest() {
    core.add(stopping);
    core.add(plain);
  }

  @Test
  void aFirstFetch() {
    othersFetch();
    fetch(one);
    assertThat(fetched).hasValue(1);
  }

  @Test
  void aLaterFetch() {
    fetch(one);
    othersFetch();
    fetch(one);
    assertThat(fetched).hasValue(1);
  }

  @Test
  void aSwitchAwayAndBack() throws TrackingException {
    fetch(one);
    othersFetch();
    core.use(space, "plain");
    othersFetch();
    core.use(space, "stopping");
    assertThat(fetched).hasValue(2);
    assertThat(core.active(space)).contains("stopping");
  }

  @Test
  void aTrial() throws TrackingException {
    core.use(space, "plain");
    fetch(one);
    fetched.set(0);
    othersFetch();
    assertThat(core.list(space)).allMatch(status -> status.probe().usable());
    assertThat(fetched).hasValue(1);
  }

  @Test
  void aDeparture() {
    fetch(one);
    othersFetch();
    core.remove(stopping);
    assertThat(fetched).hasValue(1);
    assertThat(core.active(space)).contains("all-dirty");
  }

  private void othersFetch() {
    meanwhile.add(() -> fetch(other));
  }

  private void fetch(TrackingConsumer consumer) {
    try (Interval interval = core.fetch(space, consumer, region.pages(), region.pages())) {
      interval.commit();
    }
  }

  private void letOthersFetch() throws InterruptedException {
    Runnable next = meanwhile.poll();
    if (next != null) {
      Thread thread = Thread.ofPlatform().daemon().start(next);
      thread.join();
      fetched.incrementAndGet();
    }
  }
}
