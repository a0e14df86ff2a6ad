package dev.ooh.spml;

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
class SpmlMutantsTest {
  private static final int SEEDS = 70;
  private static final List<String> PACKAGES = List.of("dev.ooh.machine.", "dev.ooh.spml.");

  static Stream<Mutant> mutants() {
    return Stream.of(
        that(
            "forgets INVEPT",
            without("dev.ooh.machine.hypervisor.PageModificationLogging$User", "rearm", "invept")),
        that(
            "never clears the EPT dirty flag",
            without(
                "dev.ooh.machine.hypervisor.PageModificationLogging$User", "rearm", "clearDirty")),
        that("never re-arms", without("dev.ooh.spml.hypervisor.GuestLog", "rearm", "rearm")),
        that(
            "loses what is in the log when it is flushed",
            without("dev.ooh.machine.hypervisor.PageModificationLogging", "flush", "deliver")),
        that(
            "ignores writes made while scheduled out",
            emptied("dev.ooh.spml.hypervisor.GuestLog", "reportUnlogged"),
            emptied("dev.ooh.spml.module.TrackedProcess", "scheduledIn")),
        that(
            "ignores what the kernel writes while nobody logs",
            emptied("dev.ooh.spml.hypervisor.GuestLog", "reportUnlogged"),
            emptied("dev.ooh.spml.module.TrackedProcess", "writtenByKernel")),
        that(
            "ignores pages that get their first frame",
            emptied("dev.ooh.spml.module.TrackedProcess", "mapped")),
        that(
            "keeps a stale reverse map",
            without("dev.ooh.machine.kernel.MemoryManager", "remove", "remove"),
            without("dev.ooh.machine.kernel.MemoryManager", "remove", "count"),
            without("dev.ooh.machine.kernel.ReverseMap", "add", "put")),
        that(
            "does not resume logging",
            without("dev.ooh.machine.extension.ring.RingSession", "collectAndArm", "resume")),
        that(
            "leaves reported pages unarmed",
            without("dev.ooh.machine.extension.ring.RingSession", "collectAndArm", "arm")));
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void aMutantIsRejected(Mutant mutant) {
    Subject subject =
        mutant.subject(
            PACKAGES, "dev.ooh.machine.substrate.VirtualSubstrate", "dev.ooh.spml.SpmlTechnique");
    assertThat(new ConformanceKit(subject).firstRejected(1, SEEDS))
        .as("first of %d seeds that rejects a mutant that %s", SEEDS, mutant)
        .isPresent();
  }
}
