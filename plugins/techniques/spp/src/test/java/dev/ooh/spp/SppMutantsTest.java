package dev.ooh.spp;

import static dev.ooh.conformance.broken.Mutant.that;
import static dev.ooh.conformance.broken.Mutation.emptied;
import static dev.ooh.conformance.broken.Mutation.without;

import dev.ooh.conformance.broken.Mutant;
import dev.ooh.conformance.broken.MutantsContract;
import java.util.List;
import java.util.stream.Stream;

class SppMutantsTest extends MutantsContract {
  private static final String PROTECTION = "dev.ooh.spp.hypervisor.SubPageProtection";

  @Override
  protected List<String> packages() {
    return List.of("dev.ooh.machine.", "dev.ooh.ring.", "dev.ooh.spp.");
  }

  @Override
  protected String substrate() {
    return "dev.ooh.machine.substrate.VirtualSubstrate";
  }

  @Override
  protected String technique() {
    return "dev.ooh.spp.SppTechnique";
  }

  @Override
  protected Stream<Mutant> mutants() {
    return Stream.of(
        that("forgets INVEPT", without(PROTECTION, "arm", "invept")),
        that("arms in its books only", without(PROTECTION, "arm", "protect")),
        that("never re-arms", without(PROTECTION, "arm", "arm")),
        that("opens without noting", without(PROTECTION, "serve", "wrote")),
        that("never collects", emptied("dev.ooh.spp.hypervisor.SubPageLog", "collect")),
        that(
            "ignores pages that get another frame",
            emptied("dev.ooh.ring.HypervisorRingFile", "mapped")),
        that("finds no address", without("dev.ooh.spp.lib.OohLib", "addRuns", "add")),
        that("leaves reported pages unarmed", without("dev.ooh.ring.RingSession", "arm", "arm")));
  }

  @Override
  protected Stream<Mutant> mutantsOfSeveralProcessors() {
    return Stream.of(
        that(
            "leaves other processors what they have cached",
            without("dev.ooh.machine.cpu.Processors", "invept", "forEach")));
  }
}
