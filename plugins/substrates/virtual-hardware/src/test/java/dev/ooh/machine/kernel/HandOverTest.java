package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A thread gives the CPU to one of another process, and gets it back. */
class HandOverTest {
  /** So small that every poll would hand over, if it might. */
  private final Kernels guest = new Kernels(1, 1);

  private final GuestKernel kernel = guest.kernel;
  private final Scheduler scheduler = kernel.scheduler();
  private final UserProcess asking = guest.process("asking", 4);
  private final UserProcess asked = guest.process("asked", 4);

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void isTwoSwitchesOfThreadsAndOfPageTables() throws Exception {
    EventCounts counts =
        scheduler.run(
            asking,
            () -> {
              EventCounts before = kernel.counters().counts();
              String name =
                  scheduler.handOver(
                      asked,
                      () -> {
                        assertThat(asked.isCurrent()).isTrue();
                        return Objects.requireNonNull(scheduler.current()).name();
                      });
              assertThat(name).isEqualTo("asked");
              assertThat(asking.isCurrent()).isTrue();
              return kernel.counters().counts().minus(before);
            });
    assertThat(counts.get(Event.CONTEXT_SWITCH)).isEqualTo(2);
    assertThat(counts.get(Event.CR3_LOAD)).isEqualTo(2);
  }

  @Test
  void withinTheAskedProcessItIsNoSwitchAtAll() throws Exception {
    EventCounts counts =
        scheduler.run(
            asked,
            () -> {
              EventCounts before = kernel.counters().counts();
              scheduler.handOver(asked, () -> true);
              return kernel.counters().counts().minus(before);
            });
    assertThat(counts.get(Event.CONTEXT_SWITCH)).isZero();
    assertThat(counts.get(Event.CR3_LOAD)).isZero();
  }

  @Test
  void nobodyElseRunsMeanwhile() throws Exception {
    List<String> order = new ArrayList<>();
    scheduler.run(
        asking,
        () -> {
          GuestThread other = scheduler.spawn("other", asking, () -> order.add("other"));
          scheduler.handOver(
              asked,
              () -> {
                for (int i = 0; i < 100; i++) {
                  scheduler.poll(false);
                }
                return order.add("asked");
              });
          scheduler.join(other);
          return true;
        });
    assertThat(order).containsExactly("asked", "other");
  }

  @Test
  void eachProcessSeesItsOwnMemory() throws Exception {
    guest.store(asking, 0, 11);
    guest.store(asked, 0, 22);
    long[] seen = new long[3];
    scheduler.run(
        asking,
        () -> {
          seen[0] = guest.machine.vcpu().readVirtual(Kernels.HEAP, 8);
          seen[1] =
              scheduler.handOver(asked, () -> guest.machine.vcpu().readVirtual(Kernels.HEAP, 8));
          seen[2] = guest.machine.vcpu().readVirtual(Kernels.HEAP, 8);
          return true;
        });
    assertThat(seen).containsExactly(11, 22, 11);
    // What was cached is hidden from whoever isn't on the CPU.
    assertThat(asked.translations().isHidden()).isTrue();
  }

  @Test
  void whatTheBodyThrowsReachesTheAsker() throws Exception {
    scheduler.run(
        asking,
        () -> {
          assertThatThrownBy(
                  () ->
                      scheduler.handOver(
                          asked,
                          () -> {
                            throw new IllegalArgumentException("no");
                          }))
              .hasMessage("no");
          assertThat(asking.isCurrent()).isTrue();
          return true;
        });
  }

  @Test
  void aProcessThatHasEndedIsRefusedAndTheAskerGoesOn() throws Exception {
    kernel.exit(asked);
    scheduler.run(
        asking,
        () -> {
          assertThatThrownBy(() -> scheduler.handOver(asked, () -> true))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("asked has ended");
          scheduler.poll(false);
          return true;
        });
    assertThatThrownBy(() -> scheduler.handOver(asked, () -> true))
        .hasMessageContaining("asked has ended");
  }

  @Test
  void aHostThreadEntersAsThatProcess() throws Exception {
    assertThat(scheduler.handOver(asked, asked::isCurrent)).isTrue();
  }

  @Test
  void aStopThatTimesOutMeanwhileLeavesTheCpuToWhoHasIt() throws Exception {
    boolean[] goOn = {true};
    CountDownLatch seen = new CountDownLatch(1);
    boolean[] inside = new boolean[2];
    scheduler.run(
        asking,
        () -> {
          GuestThread stubborn =
              scheduler.spawn(
                  "stubborn",
                  asking,
                  () -> {
                    while (goOn[0]) {
                      scheduler.tick(); // where nobody can be stopped
                    }
                    awaitOutsideOfAnyPoll(seen);
                  });
          while (stubborn.place == GuestThread.Place.START) {
            scheduler.poll(false);
          }
          assertThatThrownBy(
                  () ->
                      scheduler.handOver(
                          asked,
                          () -> {
                            goOn[0] = false;
                            return scheduler.stopOthers(false, Duration.ofMillis(100));
                          }))
              .isInstanceOf(StopTimeoutException.class)
              .hasMessageContaining("stubborn");
          inside[0] = scheduler.isInside();
          seen.countDown();
          scheduler.poll(false);
          inside[1] = scheduler.isInside() && asking.isCurrent();
          scheduler.join(stubborn);
          return true;
        });
    assertThat(inside).containsExactly(false, true);
  }

  private static void awaitOutsideOfAnyPoll(CountDownLatch seen) {
    try {
      seen.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
