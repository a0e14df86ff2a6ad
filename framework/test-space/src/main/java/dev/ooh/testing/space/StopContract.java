package dev.ooh.testing.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What {@link ExecutionContext#stopWriters} owes to collectors and checkpointers on every
 * substrate, whether they are threads of the context or stop it from outside, where a poll is
 * nothing.
 */
@Timeout(300)
public abstract class StopContract {
  private static final Duration LONG = Duration.ofSeconds(200);

  /** For stops that can't come into force. */
  private static final Duration SHORT = Duration.ofMillis(20);

  private AddressSpace space;
  private ExecutionContext execution;
  private volatile boolean done;

  /** Opens a space, which the contract closes. */
  protected abstract AddressSpace openSpace();

  @BeforeEach
  final void open() {
    space = openSpace();
    execution = space.execution();
  }

  @AfterEach
  final void close() {
    space.close();
  }

  /** A part of a test, by a thread of the context. */
  private interface Part {
    void run() throws Exception;
  }

  @Test
  void whoStoppedTheOthersMayStopThemAgain() throws Exception {
    inside(this::stopThemAgain);
  }

  @Test
  void whoStoppedTheOthersFromOutsideMayStopThemAgain() throws Exception {
    stopThemAgain();
  }

  private void stopThemAgain() throws Exception {
    AtomicInteger steps = new AtomicInteger();
    TrackedThread writer =
        spawn(
            "writer",
            () -> {
              while (!done) {
                steps.incrementAndGet();
                execution.poll();
              }
            });
    while (steps.get() == 0) {
      execution.poll();
    }
    StoppedWriters outer = stop(StopPoint.POLL);
    stop(StopPoint.POLL).close();
    assertAStopIsInForce();
    int before = steps.get();
    stop(StopPoint.RESTARTABLE_POLL).close();
    assertAStopIsInForce();
    for (int i = 0; i < 50; i++) {
      execution.poll();
    }
    assertEquals(before, steps.get(), "steps made while an outer stop lasts");
    outer.close();
    while (steps.get() == before) {
      execution.poll();
    }
    done = true;
    writer.join();
  }

  @Test
  void whoStoppedTheOthersFromOutsideMayEnter() throws Exception {
    try (StoppedWriters stopped = stop(StopPoint.POLL)) {
      assertEquals(7, execution.run(() -> 7));
    }
  }

  @Test
  void aCollectorHasItsPausesWhileACheckpointerWaits() throws Exception {
    inside(this::collectWhileACheckpointerWaits);
  }

  @Test
  void aCollectorHasItsPausesWhileACheckpointerOutsideWaits() throws Exception {
    collectWhileACheckpointerWaits();
  }

  /** The writer comes to a restartable poll only when the collector is done. */
  private void collectWhileACheckpointerWaits() throws Exception {
    AtomicInteger pauses = new AtomicInteger();
    CountDownLatch collected = new CountDownLatch(20);
    CountDownLatch begun = new CountDownLatch(2);
    Thread checkpointer = Thread.currentThread();
    TrackedThread writer =
        spawn(
            "writer",
            () -> {
              begun.countDown();
              while (collected.getCount() > 0) {
                execution.poll();
              }
              standUntilDone();
            });
    TrackedThread collector =
        spawn(
            "collector",
            () -> {
              begun.countDown();
              while (checkpointer.getState() != Thread.State.TIMED_WAITING) {
                execution.poll();
              }
              while (collected.getCount() > 0) {
                try (StoppedWriters pause = stop(StopPoint.POLL)) {
                  pauses.incrementAndGet();
                }
                collected.countDown();
              }
              standUntilDone();
            });
    while (begun.getCount() > 0) {
      execution.poll();
    }
    try (StoppedWriters stopped = stop(StopPoint.RESTARTABLE_POLL)) {
      assertEquals(20, pauses.get(), "pauses before the checkpoint");
    }
    done = true;
    collector.join();
    writer.join();
  }

  @Test
  void aThreadThatAnotherWaitsForMayStartWhileACheckpointerWaits() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(1);
    inside(
        () -> {
          Thread checkpointer = Thread.currentThread();
          TrackedThread parent =
              spawn(
                  "parent",
                  () -> {
                    begun.countDown();
                    while (checkpointer.getState() != Thread.State.TIMED_WAITING) {
                      execution.poll();
                    }
                    spawn("child", ended::incrementAndGet).join();
                    standUntilDone();
                  });
          while (begun.getCount() > 0) {
            execution.poll();
          }
          try (StoppedWriters stopped = stop(StopPoint.RESTARTABLE_POLL)) {
            assertEquals(1, ended.get(), "children before the checkpoint");
          }
          done = true;
          parent.join();
        });
  }

  @Test
  void onlyTheSecondOfTwoPollsIsRestartable() throws Exception {
    inside(this::stopAtTheSecondOfTwoPolls);
  }

  @Test
  void onlyTheSecondOfTwoPollsIsRestartableForWhoeverStopsThemFromOutside() throws Exception {
    stopAtTheSecondOfTwoPolls();
  }

  private void stopAtTheSecondOfTwoPolls() throws Exception {
    boolean[] between = new boolean[1];
    AtomicInteger rounds = new AtomicInteger();
    TrackedThread writer =
        spawn(
            "writer",
            () -> {
              while (!done) {
                between[0] = true;
                execution.poll();
                between[0] = false;
                rounds.incrementAndGet();
                execution.pollRestartable();
              }
            });
    for (int i = 0; i < 20; i++) {
      int before = rounds.get();
      while (rounds.get() == before) {
        execution.poll();
      }
      try (StoppedWriters stopped = stop(StopPoint.RESTARTABLE_POLL)) {
        assertTrue(!between[0], "stopped at the poll that is not restartable");
      }
    }
    done = true;
    writer.join();
  }

  @Test
  void aThreadThatDoesNotPollIsNamed() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    TrackedThread writer =
        spawn(
            "stubborn",
            () -> {
              started.countDown();
              end.await();
            });
    started.await();
    assertNotStopped(StopPoint.POLL, "stubborn");
    end.countDown();
    writer.join();
    stop(StopPoint.POLL).close();
  }

  @Test
  void aThreadThatIsBlockedOutsideStandsAtAPollAndAtNoRestartableOne() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch outside = new CountDownLatch(1);
    TrackedThread caller =
        spawn(
            "caller",
            () ->
                execution.blocked(
                    () -> {
                      outside.countDown();
                      gate.await();
                      return 0;
                    }));
    outside.await();
    stop(StopPoint.POLL).close();
    assertNotStopped(StopPoint.RESTARTABLE_POLL, "caller");
    gate.countDown();
    caller.join();
    stop(StopPoint.RESTARTABLE_POLL).close();
  }

  @Test
  void severalCheckpointersHaveTheirStopsOneAfterAnother() throws Exception {
    AtomicInteger standing = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    inside(
        () -> {
          TrackedThread writer = spawn("writer", this::standUntilDone);
          List<TrackedThread> checkpointers = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            checkpointers.add(
                spawn(
                    "checkpointer " + i,
                    () -> {
                      for (int dump = 0; dump < 20; dump++) {
                        try (StoppedWriters stopped = stop(StopPoint.RESTARTABLE_POLL)) {
                          most.accumulateAndGet(standing.incrementAndGet(), Math::max);
                          execution.poll();
                          standing.decrementAndGet();
                        }
                        execution.pollRestartable();
                      }
                    }));
          }
          // Not by join(), in which this thread would be at no restartable poll.
          while (checkpointers.stream().anyMatch(TrackedThread::isAlive)) {
            execution.pollRestartable();
          }
          for (TrackedThread checkpointer : checkpointers) {
            checkpointer.join();
          }
          done = true;
          writer.join();
        });
    assertEquals(1, most.get(), "stops at a time");
  }

  /** Another one, who is outside, waits for its end no longer than it says. */
  private void assertAStopIsInForce() {
    FutureTask<StoppedWriters> other =
        new FutureTask<>(() -> execution.stopWriters(StopPoint.POLL, SHORT));
    Thread.ofPlatform().daemon().start(other);
    ExecutionException refused = assertThrows(ExecutionException.class, other::get);
    assertNames("another stop", refused.getCause());
  }

  private void assertNotStopped(StopPoint at, String name) {
    assertNames(
        name,
        assertThrows(WritersNotStoppedException.class, () -> execution.stopWriters(at, SHORT)));
  }

  private static void assertNames(String whom, @Nullable Throwable failure) {
    WritersNotStoppedException refused =
        assertInstanceOf(WritersNotStoppedException.class, failure);
    assertTrue(String.valueOf(refused.getMessage()).contains(whom), refused::toString);
  }

  private void standUntilDone() {
    while (!done) {
      execution.pollRestartable();
    }
  }

  private StoppedWriters stop(StopPoint at) throws WritersNotStoppedException {
    return execution.stopWriters(at, LONG);
  }

  private void inside(Part part) throws Exception {
    execution.run(
        () -> {
          part.run();
          return 0;
        });
  }

  private TrackedThread spawn(String name, Part part) {
    return execution.spawn(
        name,
        () -> {
          try {
            part.run();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
