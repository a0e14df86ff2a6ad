package dev.ooh.spml;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.processors.SeveralProcessorsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Set;
import java.util.stream.Stream;

class SpmlSeveralProcessorsTest extends SeveralProcessorsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new SpmlTechnique();
  }

  /** The hypervisor empties their logs, and has them drop what the EPT made of addresses. */
  @Override
  protected Set<String> interruptions() {
    return Set.of("vcpu.kick");
  }

  @Override
  protected Stream<Subject> subjects() {
    return Stream.of(subject(), subject().with("ring-entries", "20"));
  }
}
