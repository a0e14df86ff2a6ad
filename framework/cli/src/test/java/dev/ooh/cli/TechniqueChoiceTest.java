package dev.ooh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.cli.toy.ToyControl;
import dev.ooh.cli.toy.ToySubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TechniqueStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class TechniqueChoiceTest {
  private static TechniqueChoice choice(String... asked) throws Exception {
    try (AddressSpace space = ToySubstrate.VIRTUAL.open(SpaceOptions.named("t"))) {
      List<TechniqueStatus> present = new ToyControl(false).list(space);
      return TechniqueChoice.of(List.of(asked), present, "virtual");
    }
  }

  @Test
  void allIsTheBaselineAndWhatIsUsable() throws Exception {
    for (TechniqueChoice all : List.of(choice(), choice("all"), choice("all", "exact"))) {
      assertThat(all.techniques()).containsExactly("none", "all-dirty", "exact");
      assertThat(all.refused())
          .containsExactly("technique shy is refused on virtual: it is shy (be gentle)");
    }
  }

  @Test
  void keepsTheOrderAsked() throws Exception {
    assertThat(choice("exact", "none", "exact").techniques()).containsExactly("exact", "none");
  }

  @Test
  void unknownNamesThosePresent() {
    assertThatThrownBy(() -> choice("exact", "spmll"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "technique is 'spmll', wanted all, none, or one of those present: all-dirty, exact,"
                + " shy");
  }

  @Test
  void refusedSaysWhy() {
    assertThatThrownBy(() -> choice("shy"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("it is shy (be gentle)");
  }

  @Test
  void oneIsTheBestUnlessNamed() throws Exception {
    assertThat(choice().single()).isEqualTo("exact");
    assertThat(choice("all-dirty").single()).isEqualTo("all-dirty");
    assertThatThrownBy(() -> choice("all-dirty", "exact").single())
        .hasMessageContaining("'all-dirty,exact', wanted a single one");
  }
}
