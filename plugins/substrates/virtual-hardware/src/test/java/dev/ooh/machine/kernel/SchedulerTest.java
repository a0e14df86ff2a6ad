package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SchedulerTest {
  private static final Duration SOON = Duration.ofSeconds(200);

  private final Kernels guest = new Kernels(11, 4);
  private final Scheduler scheduler = guest.kernel.scheduler();
  private final UserProcess process = guest.process("p", 16);

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void oneThreadRunsAtATime() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    inside(
        () -> {
          List<GuestThread> threads = new ArrayList<>();
          for (int t = 0; t < 4; t++) {
            threads.add(
                scheduler.spawn(
                    "t" + t,
                    process,
                    () -> {
                      for (int i = 0; i < 200; i++) {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        running.decrementAndGet();
                        scheduler.poll(false);
                      }
                    }));
          }
          for (GuestThread thread : threads) {
            join(thread);
          }
        });
    assertThat(most).hasValue(1);
    assertThat(guest.machine.counters().get(Event.POLL)).isEqualTo(800);
  }

  @Test
  void lookingChangesNothing() throws Exception {
    assertThat(trace(false)).isEqualTo(trace(true));
  }

  private static String trace(boolean watched) throws Exception {
    try (Kernels guest = new Kernels(3, 5)) {
      UserProcess process = guest.process("p", 4);
      Scheduler scheduler = guest.kernel.scheduler();
      StringBuilder order = new StringBuilder();
      CountDownLatch done = new CountDownLatch(1);
      Thread watcher =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (watched && done.getCount() > 0) {
                      guest.kernel.entry().look(() -> guest.machine.counters().counts());
                    }
                  });
      scheduler.run(
          process,
          () -> {
            List<GuestThread> threads = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
              int number = t;
              threads.add(
                  scheduler.spawn(
                      "t" + t,
                      process,
                      () -> {
                        for (int i = 0; i < 500; i++) {
                          order.append(number);
                          scheduler.poll(false);
                        }
                      }));
            }
            for (GuestThread thread : threads) {
              scheduler.join(thread);
            }
            return 0;
          });
      done.countDown();
      watcher.join();
      return order + " " + guest.machine.counters().counts();
    }
  }

  @Test
  void stopsOthersAtPollsAndLetsThemGoOn() throws Exception {
    boolean[] stop = {false};
    int[] steps = {0};
    inside(
        () -> {
          List<GuestThread> threads = new ArrayList<>();
          for (int t = 0; t < 3; t++) {
            threads.add(
                scheduler.spawn(
                    "t" + t,
                    process,
                    () -> {
                      while (!stop[0]) {
                        steps[0]++;
                        scheduler.tick();
                        steps[0]++;
                        scheduler.poll(false);
                      }
                    }));
          }
          for (int i = 0; i < 50; i++) {
            scheduler.poll(false);
          }
          Runnable release = scheduler.stopOthers(false, SOON);
          int before = steps[0];
          // Between tick and poll nobody is stopped, so the count is even.
          assertThat(before % 2).isZero();
          for (int i = 0; i < 100; i++) {
            scheduler.poll(false);
          }
          assertThat(steps[0]).isEqualTo(before);
          release.run();
          for (int i = 0; i < 100; i++) {
            scheduler.poll(false);
          }
          assertThat(steps[0]).isGreaterThan(before);
          stop[0] = true;
          for (GuestThread thread : threads) {
            join(thread);
          }
        });
  }

  @Test
  void aHostThreadStopsThemAndMayEnterMeanwhile() throws Exception {
    boolean[] stop = {false};
    long[] steps = {0};
    GuestThread thread =
        scheduler.spawn(
            "worker",
            process,
            () -> {
              while (!stop[0]) {
                steps[0]++;
                scheduler.poll(false);
              }
            });
    Runnable release = scheduler.stopOthers(false, SOON);
    long before = scheduler.run(process, () -> steps[0]);
    for (int i = 0; i < 100; i++) {
      long now = scheduler.run(process, () -> steps[0]);
      assertThat(now).isEqualTo(before);
    }
    release.run();
    scheduler.run(
        process,
        () -> {
          stop[0] = true;
          return 0;
        });
    scheduler.join(thread);
    assertThat(thread.failure()).isNull();
  }

  @Test
  void aTrackersCallsComeThroughWhileWritersAreStopped() throws Exception {
    inside(
        () -> {
          Runnable release = scheduler.stopOthers(false, SOON);
          // The stopper waits for a helper thread, as when a departing technique is asked at last.
          int answer =
              scheduler.blocked(
                  () ->
                      CompletableFuture.supplyAsync(
                              () -> guest.kernel.entry().service(process, () -> 42))
                          .get(200, TimeUnit.SECONDS));
          assertThat(answer).isEqualTo(42);
          release.run();
        });
  }

  @Test
  void restartablePollsAreOnlyThoseDeclared() throws Exception {
    boolean[] stop = {false};
    String[] at = {""};
    inside(
        () -> {
          GuestThread thread =
              scheduler.spawn(
                  "w",
                  process,
                  () -> {
                    while (!stop[0]) {
                      at[0] = "poll";
                      scheduler.poll(false);
                      at[0] = "restartable";
                      scheduler.poll(true);
                    }
                  });
          for (int i = 0; i < 100; i++) {
            scheduler.poll(false);
            Runnable release = scheduler.stopOthers(true, SOON);
            assertThat(at[0]).isIn("restartable", "");
            release.run();
          }
          stop[0] = true;
          join(thread);
        });
  }

  @Test
  void aStopThatTimesOutNamesTheThread() throws Exception {
    CountDownLatch hang = new CountDownLatch(1);
    CountDownLatch hanging = new CountDownLatch(1);
    GuestThread stuck =
        scheduler.spawn(
            "stuck-thread",
            process,
            () -> {
              hanging.countDown();
              awaitUninterruptibly(hang);
              scheduler.poll(false);
            });
    hanging.await();
    assertThatThrownBy(() -> scheduler.stopOthers(false, Duration.ofMillis(50)))
        .isInstanceOf(StopTimeoutException.class)
        .hasMessageContaining("stuck-thread");
    hang.countDown();
    scheduler.join(stuck);
    assertThat(stuck.failure()).isNull();
  }

  @Test
  void aGuestThreadSurvivesAStopThatTimesOut() throws Exception {
    CountDownLatch hang = new CountDownLatch(1);
    int[] phase = {0};
    inside(
        () -> {
          GuestThread stuck =
              scheduler.spawn(
                  "stuck-thread",
                  process,
                  () -> {
                    phase[0] = 1;
                    while (phase[0] == 1) {
                      scheduler.poll(false);
                    }
                    awaitUninterruptibly(hang);
                  });
          while (phase[0] == 0) {
            scheduler.poll(false);
          }
          phase[0] = 2;
          assertThatThrownBy(() -> scheduler.stopOthers(true, Duration.ofMillis(50)))
              .isInstanceOf(StopTimeoutException.class)
              .hasMessageContaining("stuck-thread");
          hang.countDown();
          scheduler.poll(false);
          assertThat(scheduler.isInside()).isTrue();
          join(stuck);
          phase[0] = 3;
        });
    assertThat(phase[0]).isEqualTo(3);
  }

  @Test
  void aBlockedThreadCountsAsStopped() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    GuestThread thread =
        scheduler.spawn(
            "blocked",
            process,
            () -> {
              try {
                scheduler.blocked(
                    () -> {
                      blocked.countDown();
                      return gate.await(200, TimeUnit.SECONDS);
                    });
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    blocked.await();
    Runnable release = scheduler.stopOthers(false, SOON);
    gate.countDown();
    assertThat(thread.end.await(50, TimeUnit.MILLISECONDS)).isFalse();
    release.run();
    scheduler.join(thread);
    assertThat(thread.failure()).isNull();
  }

  @Test
  void locksExcludeAndConditionsWake() throws Exception {
    GuestLock lock = new GuestLock(scheduler);
    List<Integer> queue = new ArrayList<>();
    List<Integer> taken = new ArrayList<>();
    inside(
        () -> {
          GuestThread consumer =
              scheduler.spawn(
                  "consumer",
                  process,
                  () -> {
                    lock.lock();
                    lock.lock();
                    while (taken.size() < 50) {
                      while (queue.isEmpty()) {
                        lock.await();
                      }
                      taken.add(queue.removeFirst());
                    }
                    lock.unlock();
                    lock.unlock();
                  });
          for (int i = 0; i < 50; i++) {
            lock.lock();
            queue.add(i);
            scheduler.poll(false);
            lock.signalAll();
            lock.unlock();
          }
          join(consumer);
          assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
        });
    assertThat(taken).hasSize(50).isSorted();
  }

  @Test
  void processSwitchesAreToldAndThreadSwitchesWithinOneAreNot() throws Exception {
    List<String> told = new ArrayList<>();
    UserProcess other = guest.process("q", 4);
    guest
        .kernel
        .processes
        .scheduleNotifiers()
        .add(
            new dev.ooh.machine.extension.ScheduleNotifier() {
              @Override
              public void scheduledOut(dev.ooh.machine.extension.GuestProcess left) {
                told.add("-" + left.name());
                assertThat(left.isCurrent()).isTrue();
              }

              @Override
              public void scheduledIn(dev.ooh.machine.extension.GuestProcess entered) {
                told.add("+" + entered.name());
                assertThat(entered.isCurrent()).isTrue();
              }
            });
    inside(
        () -> {
          join(scheduler.spawn("same", process, () -> scheduler.poll(false)));
          scheduler.run(other, () -> 0);
        });
    // The last call had left the CPU to q.
    assertThat(told).containsExactly("-q", "+p", "-p", "+q", "-q", "+p");
  }

  @Test
  void exceptionsOfABodyReachTheCallerAsTheyAre() {
    assertThatThrownBy(
            () ->
                scheduler.run(
                    process,
                    () -> {
                      throw new java.io.IOException("mine");
                    }))
        .isInstanceOf(java.io.IOException.class)
        .hasMessage("mine");
  }

  @Test
  void threadsOfAProcessThatEndsCanNotGoOn() throws Exception {
    GuestLock lock = new GuestLock(scheduler);
    UserProcess doomed = guest.process("doomed", 4);
    GuestThread waiting =
        scheduler.spawn(
            "waiting",
            doomed,
            () -> {
              lock.lock();
              lock.await();
            });
    scheduler.run(process, () -> 0);
    guest.kernel.exit(doomed);
    scheduler.join(waiting);
    assertThat(waiting.failure()).hasMessageContaining("doomed has ended");
  }

  private void inside(Body body) throws Exception {
    scheduler.run(
        process,
        () -> {
          body.run();
          return 0;
        });
  }

  private void join(GuestThread thread) throws Exception {
    scheduler.join(thread);
    if (thread.failure() != null) {
      throw new AssertionError(thread.failure());
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // Waits on: the test opens it.
      }
    }
  }

  private interface Body {
    void run() throws Exception;
  }
}
