package dev.ooh.epml;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.processors.SeveralProcessorsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Set;
import java.util.stream.Stream;

class EpmlSeveralProcessorsTest extends SeveralProcessorsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new EpmlTechnique();
  }

  /** Each drains its own log, and drops what the module has cleared the dirty flags of. */
  @Override
  protected Set<String> interruptions() {
    return Set.of("function.call.ipi", "tlb.shootdown.ipi");
  }

  @Override
  protected Stream<Subject> subjects() {
    return Stream.of(subject(), subject().with("ring-entries", "20"));
  }
}
