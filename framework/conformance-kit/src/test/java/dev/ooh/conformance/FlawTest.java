package dev.ooh.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.broken.Flaw;
import dev.ooh.conformance.model.ModelSubstrate;
import dev.ooh.conformance.model.ModelTechnique;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kit rejects what is wrong. */
class FlawTest {
  private static final int SEEDS = 300;

  @ParameterizedTest
  @EnumSource
  void aFlawedTechniqueIsRejected(Flaw flaw) {
    Subject subject =
        Subject.plain(
            new ModelSubstrate(),
            flaw.in(new ModelTechnique("model", 16).nearsighted()),
            new ModelTechnique("other", 1024));
    assertThat(new ConformanceKit(subject).firstRejected(1, SEEDS))
        .as("first seed of %d that rejects: %s", SEEDS, flaw)
        .isPresent();
  }
}
