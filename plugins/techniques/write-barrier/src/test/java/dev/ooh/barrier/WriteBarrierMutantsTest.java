package dev.ooh.barrier;

import static dev.ooh.conformance.broken.Mutation.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.broken.Mutation;
import dev.ooh.conformance.broken.Unprobed;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit rejects this technique with one of its lines missing. */
class WriteBarrierMutantsTest {
  private static final int SEEDS = 40;
  private static final String CARDS = "dev.ooh.barrier.card.CardTable";
  private static final String SESSION = "dev.ooh.barrier.WriteBarrierSession";

  @BeforeAll
  static void onRealMemory() {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
  }

  static Stream<Arguments> mutants() {
    return Stream.of(
        Arguments.of("never marks", without(CARDS, "stored", "mark")),
        Arguments.of("looks at nothing that is armed", without(SESSION, "collect", "intersect")),
        Arguments.of("arms nothing", without(SESSION, "collect", "arm")),
        Arguments.of("looks at nothing", without(CARDS, "drain", "collect")));
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void aMutantIsRejected(String what, Mutation mutation) {
    WeavingLoader loader =
        new WeavingLoader(List.of("dev.ooh.linux.", "dev.ooh.barrier."), List.of(), mutation);
    Subject subject =
        Subject.plain(
            loader.create(Substrate.class, LinuxSubstrate.class.getName()),
            new Unprobed(
                loader.create(TrackingTechnique.class, WriteBarrierTechnique.class.getName())));
    assertThat(new ConformanceKit(subject).firstRejected(1, SEEDS))
        .as("first of %d seeds that rejects a mutant that %s", SEEDS, what)
        .isPresent();
  }
}
