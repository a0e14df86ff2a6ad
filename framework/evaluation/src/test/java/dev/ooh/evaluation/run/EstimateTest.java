package dev.ooh.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EstimateTest {
  private static Measurement of(String command, String application, String configuration) {
    return Measurement.of(
        command, "--application", application, "--configuration", configuration, "--seed", "1");
  }

  private static final Measurement SMALL = of("gc", "pca", "small");
  private static final Measurement LARGE = of("gc", "pca", "large");
  private static final Measurement ENGINE = of("checkpoint", "baby", "small");

  @Test
  void thereIsOneBeforeAnythingHasRun() {
    assertThat(new Estimate(List.of(SMALL), 1).secondsLeft()).isEqualTo(8);
    assertThat(new Estimate(List.of(SMALL, LARGE), 1).secondsLeft()).isEqualTo(8 + 12 * 8);
    assertThat(new Estimate(List.of(), 1).secondsLeft()).isZero();
  }

  @Test
  void runsAtOnceShareTheTimeButNoneEndsEarlierThanItCan() {
    assertThat(new Estimate(List.of(SMALL, LARGE), 4).secondsLeft()).isEqualTo(12 * 8);
    assertThat(new Estimate(List.of(LARGE, ENGINE), 2).secondsLeft()).isEqualTo(12 * 8);
  }

  @Test
  void aLongRunCountsAsTheSameKindTook() {
    Estimate estimate = new Estimate(List.of(SMALL, LARGE, ENGINE), 1);
    estimate.took(SMALL, 16); // twice as long as by experience: so will the large one, and others
    assertThat(estimate.secondsLeft()).isEqualTo(2 * 12 * 8 + 2 * 60);
    estimate.took(ENGINE, 30);
    assertThat(estimate.secondsLeft()).isEqualTo(2 * 12 * 8);
    estimate.took(LARGE, 200);
    assertThat(estimate.secondsLeft()).isZero();
  }

  @Test
  void whatRanBeforeTeaches() {
    Estimate estimate = new Estimate(List.of(LARGE), 1);
    estimate.took(SMALL, 4);
    assertThat(estimate.secondsLeft()).isEqualTo(48);
  }

  @Test
  void isSaidAsPeopleReadIt() {
    assertThat(new Estimate(List.of(SMALL), 1).text()).isEqualTo("about 8 s left");
    Estimate slow = new Estimate(List.of(LARGE), 1);
    slow.took(SMALL, 80);
    assertThat(slow.text()).isEqualTo("about 16 min left");
    slow.took(SMALL, 8000);
    assertThat(slow.text()).isEqualTo("about 13 h left");
  }
}
