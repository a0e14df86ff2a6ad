package dev.ooh.testing.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SeededExecutionTest {
  @Test
  void aSeedSaysWhoseTurnItIs() throws InterruptedException {
    assertThat(turns(7)).isEqualTo(turns(7)).isNotEqualTo(turns(8)).hasSize(90);
  }

  private static List<String> turns(long seed) throws InterruptedException {
    SeededExecution execution = new SeededExecution(seed);
    List<String> turns = new ArrayList<>();
    List<TrackedThread> threads = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      threads.add(
          execution.spawn(
              name,
              () -> {
                for (int i = 0; i < 30; i++) {
                  turns.add(name);
                  execution.poll();
                }
              }));
    }
    for (TrackedThread thread : threads) {
      thread.join();
    }
    return turns;
  }

  @Test
  void nobodyRunsBesideWhoStoppedTheOthers() throws InterruptedException {
    SeededExecution execution = new SeededExecution(1);
    List<Integer> steps = new ArrayList<>();
    TrackedThread writer =
        execution.spawn(
            "writer",
            () -> {
              for (int i = 0; i < 100; i++) {
                steps.add(i);
                execution.poll();
              }
            });
    while (steps.isEmpty()) {
      execution.poll();
    }
    int before = steps.size();
    try (StoppedWriters stopped = execution.stopWriters(StopPoint.POLL, Duration.ofDays(1))) {
      for (int i = 0; i < 100; i++) {
        execution.poll();
      }
      assertThat(steps).hasSize(before);
    }
    writer.join();
    assertThat(steps).hasSize(100);
  }

  @Test
  void aLockHasOneOwnerAndIsGivenUpByWhoWaits() throws InterruptedException {
    SeededExecution execution = new SeededExecution(1);
    ContextLock lock = execution.newLock();
    List<String> events = new ArrayList<>();
    lock.lock();
    TrackedThread other =
        execution.spawn(
            "other",
            () -> {
              lock.lock();
              lock.lock();
              events.add("other has it");
              execution.poll();
              lock.unlock();
              lock.unlock();
            });
    for (int i = 0; i < 50; i++) {
      execution.poll();
    }
    assertThat(events).isEmpty();
    while (events.isEmpty()) {
      lock.await();
    }
    events.add("and this one again");
    lock.unlock();
    other.join();
    assertThat(events).containsExactly("other has it", "and this one again");
  }

  @Test
  void whatAThreadThrewIsThrownWhereItIsAwaited() {
    SeededExecution execution = new SeededExecution(1);
    TrackedThread thread =
        execution.spawn(
            "t",
            () -> {
              throw new IllegalStateException("for the test");
            });
    assertThatThrownBy(thread::join).hasMessageContaining("for the test");
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void theClockIsMadeOfWorkAndPolls() {
    SeededExecution execution = new SeededExecution(1);
    long start = execution.nanoTime();
    execution.work(100);
    assertThat(execution.nanoTime() - start).isEqualTo(100);
    execution.poll();
    assertThat(execution.nanoTime() - start).isGreaterThan(100);
    assertThat(execution.work()).isEqualTo(100);
  }
}
