package dev.ooh.uffd;

import static dev.ooh.conformance.broken.Mutant.that;
import static dev.ooh.conformance.broken.Mutation.emptied;
import static dev.ooh.conformance.broken.Mutation.without;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.broken.Mutant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit rejects this technique, and the machine below it, with one of their lines missing. */
class UffdMutantsTest {
  private static final int SEEDS = 70;
  private static final List<String> PACKAGES = List.of("dev.ooh.machine.", "dev.ooh.uffd.");

  static Stream<Mutant> mutants() {
    return Stream.of(
        that(
            "leaves stale translations when it protects",
            without("dev.ooh.machine.kernel.Userfault", "protect", "flush")),
        that(
            "resolves faults and records none",
            without("dev.ooh.machine.kernel.Userfault", "fault", "add")),
        that("forgets unmaps", emptied("dev.ooh.uffd.UffdSession", "unmapped")),
        that("ignores dropped contents", emptied("dev.ooh.uffd.UffdSession$Changes", "changed")),
        that("never protects again", without("dev.ooh.uffd.Channel", "protect", "writeProtect")));
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void aMutantIsRejected(Mutant mutant) {
    Subject subject =
        mutant.subject(
            PACKAGES, "dev.ooh.machine.substrate.VirtualSubstrate", "dev.ooh.uffd.UffdTechnique");
    assertThat(new ConformanceKit(subject).firstRejected(1, SEEDS))
        .as("first of %d seeds that rejects a mutant that %s", SEEDS, mutant)
        .isPresent();
  }
}
