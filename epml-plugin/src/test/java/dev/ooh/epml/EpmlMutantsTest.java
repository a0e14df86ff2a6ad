package dev.ooh.epml;

import static dev.ooh.conformance.broken.Mutant.that;
import static dev.ooh.conformance.broken.Mutation.emptied;
import static dev.ooh.conformance.broken.Mutation.without;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.ConformanceKit;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.broken.Mutant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit rejects this technique, and the machine below it, with one of their lines missing. */
class EpmlMutantsTest {
  private static final int SEEDS = 70;
  private static final List<String> PACKAGES = List.of("dev.ooh.machine.", "dev.ooh.epml.");

  static Stream<Mutant> mutants() {
    return Stream.of(
        that(
            "forgets INVLPG",
            without("dev.ooh.machine.kernel.MemoryManager", "clearDirty", "invlpg")),
        that("never re-arms", without("dev.ooh.epml.module.TrackedProcess", "arm", "forEachRun")),
        that(
            "loses what is in the log when its process is scheduled out",
            without("dev.ooh.epml.module.EpmlModule$Machine", "pause", "takeLog")),
        that(
            "ignores writes made after it was scheduled in again",
            emptied("dev.ooh.epml.module.EpmlModule$Machine", "scheduledIn")),
        that(
            "loses pages at log-full",
            emptied("dev.ooh.epml.module.EpmlModule$Machine", "nearlyFull"),
            emptied("dev.ooh.epml.module.TrackedProcess", "lost")),
        that(
            "ignores what the kernel writes",
            emptied("dev.ooh.epml.module.TrackedProcess", "writtenByKernel")),
        that(
            "drains the log and drops it",
            without("dev.ooh.epml.module.EpmlModule$Machine", "takeLog", "wrote")),
        that(
            "leaves reported pages unarmed",
            without("dev.ooh.machine.extension.ring.RingSession", "collectAndArm", "arm")));
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void aMutantIsRejected(Mutant mutant) {
    assertRejected(subject(mutant));
  }

  @Test
  void aMutantThatIgnoresThatItsRingOverflowedIsRejected() {
    Mutant mutant =
        that(
            "ignores that its ring overflowed",
            emptied("dev.ooh.machine.extension.ring.RingBuffer", "drop"));
    assertRejected(subject(mutant).with("ring-entries", "20"));
  }

  private static Subject subject(Mutant mutant) {
    return mutant.subject(
        PACKAGES, "dev.ooh.machine.substrate.VirtualSubstrate", "dev.ooh.epml.EpmlTechnique");
  }

  private static void assertRejected(Subject subject) {
    assertThat(new ConformanceKit(subject).firstRejected(1, SEEDS))
        .as("first of %d seeds that rejects %s", SEEDS, subject.name())
        .isPresent();
  }
}
