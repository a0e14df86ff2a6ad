package dev.ooh.uffd;

import static dev.ooh.conformance.broken.Mutant.that;
import static dev.ooh.conformance.broken.Mutation.emptied;
import static dev.ooh.conformance.broken.Mutation.without;

import dev.ooh.conformance.broken.Mutant;
import dev.ooh.conformance.broken.MutantsContract;
import java.util.List;
import java.util.stream.Stream;

class UffdMutantsTest extends MutantsContract {
  private static final String SESSION = "dev.ooh.tracking.ArmedSession";
  private static final String CHANGES = "dev.ooh.tracking.Changes";

  @Override
  protected List<String> packages() {
    return List.of("dev.ooh.machine.", "dev.ooh.uffd.", SESSION, CHANGES);
  }

  @Override
  protected String substrate() {
    return "dev.ooh.machine.substrate.VirtualSubstrate";
  }

  @Override
  protected String technique() {
    return "dev.ooh.uffd.UffdTechnique";
  }

  @Override
  protected Stream<Mutant> mutants() {
    return Stream.of(
        that(
            "leaves stale translations when it protects",
            without("dev.ooh.machine.kernel.Userfault", "protect", "flush")),
        that(
            "resolves faults and records none",
            without("dev.ooh.machine.kernel.Userfault", "resolve", "add")),
        that(
            "forgets that a page has other addresses",
            emptied("dev.ooh.machine.kernel.Mappings", "forEachSharedPage")),
        that("forgets unmaps", emptied(SESSION, "unmapped")),
        that("ignores dropped contents", emptied(CHANGES, "changed")),
        that("never protects again", without("dev.ooh.uffd.Channel", "protect", "writeProtect")));
  }

  @Override
  protected Stream<Mutant> mutantsOfSeveralProcessors() {
    return Stream.of(
        that(
            "leaves other processors what they have cached",
            without("dev.ooh.machine.kernel.Shootdowns", "flush", "reloadElsewhere")));
  }
}
