package dev.ooh.linux.substrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.space.StopContract;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LinuxStopTest extends StopContract {
  @Override
  protected AddressSpace openSpace() {
    return new LinuxSubstrate().open(SpaceOptions.named("test"));
  }

  /** A stop that leaves one of them storing would be a lie to whoever relies on it. */
  @Test
  void whereAnyThreadMayStoreNobodyIsSaidToStandStill() {
    SpaceOptions options = SpaceOptions.named("test").with("writers", "any");
    try (AddressSpace space = new LinuxSubstrate().open(options)) {
      for (StopPoint at : StopPoint.values()) {
        assertThatThrownBy(() -> space.execution().stopWriters(at, Duration.ofMinutes(1)))
            .isInstanceOf(WritersNotStoppedException.class)
            .hasMessageContaining("threads store that never joined");
      }
    }
  }

  /** The writer comes to its restartable poll only when it is told so. */
  @Test
  void whoRunsIsToldThatAStopAtARestartablePollIsAwaited() throws Exception {
    try (AddressSpace space = openSpace()) {
      ExecutionContext execution = space.execution();
      assertThat(execution.isStopAwaited()).isFalse();
      CountDownLatch begun = new CountDownLatch(1);
      AtomicBoolean done = new AtomicBoolean();
      TrackedThread writer =
          execution.spawn(
              "writer",
              () -> {
                begun.countDown();
                while (!execution.isStopAwaited() && !done.get()) {
                  execution.poll();
                }
                execution.pollRestartable();
              });
      begun.await();
      try (StoppedWriters stopped =
          execution.stopWriters(StopPoint.RESTARTABLE_POLL, Duration.ofMinutes(4))) {
        assertThat(execution.isStopAwaited()).isFalse();
        assertThat(writer.isAlive()).isTrue();
      } finally {
        done.set(true);
      }
      writer.join();
    }
  }
}
