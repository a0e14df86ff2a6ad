package dev.ooh.epml;

import static dev.ooh.conformance.broken.Mutant.that;
import static dev.ooh.conformance.broken.Mutation.emptied;
import static dev.ooh.conformance.broken.Mutation.without;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ooh.conformance.broken.Mutant;
import dev.ooh.conformance.broken.MutantsContract;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class EpmlMutantsTest extends MutantsContract {
  @Override
  protected List<String> packages() {
    return List.of("dev.ooh.machine.", "dev.ooh.ring.", "dev.ooh.epml.");
  }

  @Override
  protected String substrate() {
    return "dev.ooh.machine.substrate.VirtualSubstrate";
  }

  @Override
  protected String technique() {
    return "dev.ooh.epml.EpmlTechnique";
  }

  @Override
  protected Stream<Mutant> mutants() {
    return Stream.of(
        that(
            "forgets INVLPG",
            without("dev.ooh.machine.kernel.MemoryManager", "clearDirtyLeaf", "invlpg")),
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
            "re-arms a page under the asked address only",
            without("dev.ooh.epml.module.TrackedProcess", "clearDirty", "resolve")),
        that(
            "reports a page under the address that was written only",
            without("dev.ooh.epml.module.TrackedProcess", "wrote", "resolve")),
        that(
            "never looks at what others share",
            without("dev.ooh.epml.module.TrackedProcess", "collect", "forEachRun")),
        that(
            "drains the log and drops it",
            without("dev.ooh.epml.module.EpmlModule$Machine", "takeLog", "logged")),
        that("leaves reported pages unarmed", without("dev.ooh.ring.RingSession", "arm", "arm")));
  }

  @Override
  protected Stream<Mutant> mutantsOfSeveralProcessors() {
    return Stream.of(
        that(
            "leaves other processors what they have cached",
            emptied("dev.ooh.machine.kernel.Shootdowns", "send")),
        that(
            "drains the log of its own processor only",
            without("dev.ooh.epml.module.EpmlModule$Machine", "drain", "onOthers")));
  }

  @TestFactory
  Stream<DynamicTest> aMutantIsRejectedOnHugePages() {
    return Stream.of(
            that(
                "reports only the page of a store that set the flag of 2 MiB",
                without("dev.ooh.epml.module.TrackedProcess", "logged", "forEachLeaf")),
            that(
                "keeps the log until a page of 2 MiB is split",
                emptied("dev.ooh.epml.module.TrackedProcess", "split")),
            that(
                "invalidates one page of 2 MiB",
                without("dev.ooh.machine.cpu.CachedPages", "invalidate", "fill")))
        .map(
            mutant ->
                dynamicTest(mutant.what(), () -> assertRejected(subject(mutant).withHugePages())));
  }

  @Test
  void aMutantThatIgnoresThatItsRingOverflowedIsRejected() {
    Mutant mutant =
        that("ignores that its ring overflowed", emptied("dev.ooh.ring.RingBuffer", "drop"));
    assertRejected(subject(mutant).with("ring-entries", "20"));
  }
}
