package dev.ooh.tracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.core.fake.FakeTechnique;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody fetches before the core hears of what happens to the space. */
@Timeout(300)
class FirstFetchTest {
  private final TestSpace real = new TestSpace();

  /** The same, but somebody else fetches before the core's listener is added. */
  private final AddressSpace space =
      (AddressSpace)
          Proxy.newProxyInstance(
              AddressSpace.class.getClassLoader(),
              new Class<?>[] {AddressSpace.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("addListener")) {
                  someoneElseFetches();
                }
                try {
                  return method.invoke(real, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });

  private final Region region = real.mapPages(16);
  private final PageSet all = region.pages();
  private final TrackingCore core = new TrackingCore();
  private final TrackingConsumer one = new TrackingConsumer(space, "one", consumer -> {});
  private final TrackingConsumer other = new TrackingConsumer(space, "other", consumer -> {});
  private final FutureTask<Interval> others = new FutureTask<>(() -> fetch(other));

  @Test
  void whoFindsTheSpaceTrackedWaitsUntilItIsListenedTo() throws Exception {
    core.add(new FakeTechnique("aaa", 20));
    fetch(one).commit();
    others.get().commit();
    real.unmap(region);
    real.map(RegionRequest.anonymous("again", all.bytes()).at(region.start()));
    assertThat(fetch(one).pages()).isEqualTo(all);
    assertThat(fetch(other).pages()).isEqualTo(all);
  }

  /** As far as it can. */
  private void someoneElseFetches() {
    Thread thread = Thread.ofPlatform().daemon().start(others);
    while (thread.getState() == Thread.State.RUNNABLE) {
      Thread.onSpinWait();
    }
    assertThat(others.isDone()).as("fetched before anybody listened").isFalse();
  }

  private Interval fetch(TrackingConsumer consumer) {
    return core.fetch(space, consumer, all, all);
  }
}
