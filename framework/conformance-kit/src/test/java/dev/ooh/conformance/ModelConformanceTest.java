package dev.ooh.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.model.ModelSubstrate;
import dev.ooh.conformance.model.ModelTechnique;
import org.junit.jupiter.api.Test;

/** The kit passes what is right. */
class ModelConformanceTest {
  static final Subject SUBJECT =
      Subject.plain(
          new ModelSubstrate(), new ModelTechnique("model", 64), new ModelTechnique("other", 8));

  @Test
  void anExactTechniquePasses() {
    Tally tally = new ConformanceKit(SUBJECT).check(1, 70);
    assertThat(tally.owed()).isPositive();
    assertThat(tally.commits()).isPositive();
    assertThat(tally.aborts()).isPositive();
  }

  @Test
  void aTechniqueThatSaysWhatItCannotWatchPasses() {
    Subject nearsighted =
        Subject.plain(
            new ModelSubstrate(),
            new ModelTechnique("model", 64).nearsighted(),
            new ModelTechnique("other", 8));
    assertThat(new ConformanceKit(nearsighted).check(1, 70).reported()).isPositive();
  }
}
