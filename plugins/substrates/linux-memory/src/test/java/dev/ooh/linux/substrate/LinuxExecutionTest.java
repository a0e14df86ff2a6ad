package dev.ooh.linux.substrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class LinuxExecutionTest {
  private static final Duration LONG = Duration.ofSeconds(200);

  private final LinuxExecution execution = new LinuxExecution();
  private final AtomicLong steps = new AtomicLong();
  private volatile boolean done;

  @Test
  void whoStoppedTheWritersMayStopThemAgain() throws Exception {
    TrackedThread writer = execution.spawn("writer", this::polling);
    StoppedWriters outer = execution.stopWriters(StopPoint.POLL, LONG);
    execution.stopWriters(StopPoint.POLL, LONG).close();
    long before = steps.get();
    execution.stopWriters(StopPoint.POLL, LONG).close();
    assertEquals(before, steps.get(), "steps made while an outer stop lasts");
    outer.close();
    while (steps.get() == before) {
      Thread.onSpinWait();
    }
    done = true;
    writer.join();
  }

  @Test
  void aThreadThatDoesNotPollIsNamed() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    TrackedThread writer =
        execution.spawn(
            "stubborn",
            () -> {
              started.countDown();
              awaitUnpolled(end);
            });
    started.await();
    WritersNotStoppedException failure =
        assertThrows(
            WritersNotStoppedException.class,
            () -> execution.stopWriters(StopPoint.POLL, Duration.ofMillis(50)));
    assertTrue(failure.getMessage().contains("stubborn"), failure.getMessage());
    end.countDown();
    writer.join();
    execution.stopWriters(StopPoint.POLL, LONG).close();
  }

  private void polling() {
    while (!done) {
      steps.incrementAndGet();
      execution.poll();
    }
  }

  private static void awaitUnpolled(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
