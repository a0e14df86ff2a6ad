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
  private static final int STRIDE = 50;
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

  @Test
  void aRestartablePollIsReachedThroughOrdinaryOnes() throws Exception {
    TrackedThread writer =
        execution.spawn(
            "writer",
            () -> {
              while (!done) {
                for (int i = 0; i < STRIDE; i++) {
                  steps.incrementAndGet();
                  execution.poll();
                }
                execution.pollRestartable();
              }
            });
    for (int i = 0; i < 20; i++) {
      long before = steps.get();
      while (steps.get() <= before) {
        Thread.onSpinWait();
      }
      try (StoppedWriters stopped = execution.stopWriters(StopPoint.RESTARTABLE_POLL, LONG)) {
        assertEquals(0, steps.get() % STRIDE, "steps behind a restartable poll");
      }
    }
    done = true;
    writer.join();
  }

  @Test
  void aCollectorHasItsPausesWhileACheckpointerWaits() throws Exception {
    Thread checkpointer = Thread.currentThread();
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch waits = new CountDownLatch(1);
    CountDownLatch collected = new CountDownLatch(1);
    TrackedThread writer =
        execution.spawn(
            "writer",
            () -> {
              begun.countDown();
              awaitUnpolled(waits);
              while (collected.getCount() > 0) {
                execution.poll();
              }
              while (!done) {
                execution.pollRestartable();
              }
            });
    TrackedThread collector =
        execution.spawn(
            "collector",
            () -> {
              begun.countDown();
              awaitUnpolled(waits);
              while (checkpointer.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
              }
              try (StoppedWriters pause = execution.stopWriters(StopPoint.POLL, LONG)) {
                collected.countDown();
              } catch (WritersNotStoppedException e) {
                throw new IllegalStateException(e);
              }
              while (!done) {
                execution.pollRestartable();
              }
            });
    begun.await();
    waits.countDown();
    try (StoppedWriters stopped = execution.stopWriters(StopPoint.RESTARTABLE_POLL, LONG)) {
      assertEquals(0, collected.getCount(), "pauses still to come");
    }
    done = true;
    collector.join();
    writer.join();
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
