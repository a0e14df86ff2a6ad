package dev.ooh.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.ConformanceKit.Verdict;
import dev.ooh.conformance.model.ModelSubstrate;
import dev.ooh.memory.SpaceOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What hangs is rejected as what breaks a law is: with its seed. */
@Timeout(60)
class HangTest {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final long SEED = 7;

  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void end() {
    end.countDown();
  }

  @Test
  void aScheduleThatDoesNotEndIsNotShortened() {
    Verdict verdict = new ConformanceKit(opening(this::hang), SHORT, LONG).run(SEED, 1);
    assertRejected(verdict, "the schedule did not end within 1 s");
  }

  @Test
  void aShorterScheduleThatDoesNotEndIsNotTaken() {
    AtomicBoolean first = new AtomicBoolean(true);
    Subject subject =
        opening(
            () -> {
              if (first.getAndSet(false)) {
                throw new IllegalStateException("broken");
              }
              return hang();
            });
    Verdict verdict = new ConformanceKit(subject, LONG, SHORT).run(SEED, 1);
    assertRejected(verdict, "hanging threw java.lang.IllegalStateException: broken");
  }

  private static void assertRejected(Verdict verdict, String why) {
    List<String> steps = Schedule.of(SEED).steps().stream().map(Step::toString).toList();
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Rejected.class,
            rejected -> {
              assertThat(rejected.seed()).isEqualTo(SEED);
              assertThat(rejected.violation()).hasMessage(why);
              assertThat(rejected.steps()).isEqualTo(steps);
            });
  }

  private static Subject opening(Supplier<TrackingUnderTest> tracking) {
    return new Subject(
        "hanging",
        new ModelSubstrate(),
        SpaceOptions.named("hanging"),
        "none",
        List.of(),
        tracking);
  }

  private TrackingUnderTest hang() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("the test is over");
  }
}
