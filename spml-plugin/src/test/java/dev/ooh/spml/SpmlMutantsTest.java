package dev.ooh.spml;

import static dev.ooh.conformance.broken.Mutant.that;
import static dev.ooh.conformance.broken.Mutation.emptied;
import static dev.ooh.conformance.broken.Mutation.without;

import dev.ooh.conformance.broken.Mutant;
import dev.ooh.conformance.broken.MutantsContract;
import java.util.List;
import java.util.stream.Stream;

class SpmlMutantsTest extends MutantsContract {
  @Override
  protected List<String> packages() {
    return List.of("dev.ooh.machine.", "dev.ooh.ring.", "dev.ooh.spml.");
  }

  @Override
  protected String substrate() {
    return "dev.ooh.machine.substrate.VirtualSubstrate";
  }

  @Override
  protected String technique() {
    return "dev.ooh.spml.SpmlTechnique";
  }

  @Override
  protected Stream<Mutant> mutants() {
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
            emptied("dev.ooh.ring.HypervisorRingFile", "mapped")),
        that(
            "keeps a stale reverse map",
            without("dev.ooh.machine.kernel.MemoryManager", "remove", "remove"),
            without("dev.ooh.machine.kernel.MemoryManager", "remove", "count"),
            without("dev.ooh.machine.kernel.ReverseMap", "add", "put")),
        that("does not resume logging", without("dev.ooh.ring.RingSession", "fetch", "resume")),
        that("leaves reported pages unarmed", without("dev.ooh.ring.RingSession", "arm", "arm")));
  }

  @Override
  protected Stream<Mutant> mutantsOfSeveralProcessors() {
    return Stream.of(
        that(
            "leaves other processors what they have cached",
            without("dev.ooh.machine.cpu.Processors", "invept", "forEach")),
        that(
            "empties the log of the processor that asks only",
            without("dev.ooh.machine.hypervisor.PageModificationLogging", "flush", "forEach")));
  }
}
