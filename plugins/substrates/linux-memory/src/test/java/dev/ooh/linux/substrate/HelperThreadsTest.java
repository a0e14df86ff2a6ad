package dev.ooh.linux.substrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class HelperThreadsTest {
  private static final Duration LONG = Duration.ofSeconds(200);

  private final LinuxExecution execution = new LinuxExecution(true);

  @Test
  void helpersRunAtOnceAndThroughTheStopOfWhomTheyHelp() throws Exception {
    CountDownLatch all = new CountDownLatch(3);
    AtomicInteger ran = new AtomicInteger();
    try (StoppedWriters stopped = execution.stopWriters(StopPoint.POLL, LONG)) {
      execution.together(
          3,
          () -> {
            ran.incrementAndGet();
            all.countDown();
            awaitUnpolled(all);
          });
    }
    assertEquals(3, ran.get());
  }

  @Test
  void whatAHelperThrowsIsThrown() {
    Thread caller = Thread.currentThread();
    CountDownLatch helped = new CountDownLatch(1);
    IllegalStateException failure =
        assertThrows(
            IllegalStateException.class,
            () ->
                execution.together(
                    2,
                    () -> {
                      if (Thread.currentThread() != caller) {
                        helped.countDown();
                        throw new IllegalStateException("made to fail");
                      }
                      awaitUnpolled(helped);
                    }));
    assertEquals("made to fail", failure.getMessage());
  }

  private static void awaitUnpolled(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
