package dev.ooh.evaluation.figure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.evaluation.run.Measurement;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static List<Measurement> runs(String name) {
    return Experiments.of(Plan.whole(), Published.load()).stream()
        .filter(experiment -> experiment.name().equals(name))
        .findFirst()
        .orElseThrow()
        .runs();
  }

  @Test
  void theCheckpointerIsAProcessOfItsOwnAndTheCollectorIsNot() {
    for (String name : List.of("figure7", "figure8", "figure9", "answers")) {
      assertThat(runs(name))
          .filteredOn(run -> run.command().equals("checkpoint"))
          .isNotEmpty()
          .allSatisfy(run -> assertThat(run.toString()).contains("--set tracker=own-process"));
    }
    assertThat(runs("figure5"))
        .extracting(Measurement::toString)
        .noneMatch(run -> run.contains("own-process"));
  }
}
