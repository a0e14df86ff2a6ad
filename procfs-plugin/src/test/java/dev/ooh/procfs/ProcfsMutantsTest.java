package dev.ooh.procfs;

import static dev.ooh.conformance.broken.Mutant.that;
import static dev.ooh.conformance.broken.Mutation.emptied;
import static dev.ooh.conformance.broken.Mutation.without;

import dev.ooh.conformance.broken.Mutant;
import dev.ooh.conformance.broken.MutantsContract;
import java.util.List;
import java.util.stream.Stream;

class ProcfsMutantsTest extends MutantsContract {
  @Override
  protected List<String> packages() {
    return List.of("dev.ooh.machine.", "dev.ooh.procfs.");
  }

  @Override
  protected String substrate() {
    return "dev.ooh.machine.substrate.VirtualSubstrate";
  }

  @Override
  protected String technique() {
    return "dev.ooh.procfs.ProcfsTechnique";
  }

  @Override
  protected Stream<Mutant> mutants() {
    return Stream.of(
        that(
            "leaves stale translations when it clears",
            without("dev.ooh.machine.kernel.SoftDirty", "clear", "flush")),
        that(
            "forgets that a page has other addresses",
            emptied("dev.ooh.machine.kernel.Mappings", "forEachSharedPage")),
        that(
            "clears the whole process and reads a part",
            without("dev.ooh.procfs.SoftDirtyMode", "collect", "minus")));
  }

  @Override
  protected Stream<Mutant> mutantsOfSeveralProcessors() {
    return Stream.of(
        that(
            "leaves other processors what they have cached",
            without("dev.ooh.machine.kernel.Shootdowns", "flush", "reloadElsewhere")));
  }
}
