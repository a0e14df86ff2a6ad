package dev.ooh.evaluation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.cli.UsageException;
import dev.ooh.evaluation.figure.Experiment;
import dev.ooh.evaluation.figure.Experiments;
import dev.ooh.evaluation.figure.Plan;
import dev.ooh.evaluation.figure.Published;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProfileCheckTest {
  private static final Set<String> WORK =
      Set.of(
          "work.unit",
          "poll",
          "tlb.miss",
          "context.switch",
          "demand.zero.fault",
          "copy.on.write.fault");

  private static List<Experiment> named(String... names) {
    return Experiments.of(Plan.quick(), Published.load()).stream()
        .filter(experiment -> List.of(names).contains(experiment.name()))
        .toList();
  }

  @Test
  void aCostThatAnExperimentNeedsIsNamedWithIt() {
    assertThatThrownBy(
            () -> ProfileCheck.check(Set.of(), "mine", named("figure4", "figure6", "figure9")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cost profile mine: work_unit is missing")
        .hasMessageContaining("by which figure6, figure9 are priced");
    Set<String> allButOne = new HashSet<>(WORK);
    allButOne.remove("tlb.miss");
    assertThatThrownBy(() -> ProfileCheck.check(allButOne, "mine", named("figure5")))
        .hasMessageContaining("tlb_miss is missing");
    assertThatThrownBy(() -> ProfileCheck.check(WORK, "mine", named("figure5", "figure11")))
        .hasMessageContaining("external_interrupt_exit is missing")
        .hasMessageContaining("by which figure11 are priced");
  }

  @Test
  void whatNoExperimentNeedsMayBeMissing() {
    assertThatCode(() -> ProfileCheck.check(Set.of(), "mine", named("figure4", "profiles")))
        .doesNotThrowAnyException();
    assertThatCode(() -> ProfileCheck.check(WORK, "mine", named("figure6", "figure9")))
        .doesNotThrowAnyException();
  }
}
