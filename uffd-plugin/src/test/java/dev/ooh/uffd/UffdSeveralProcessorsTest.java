package dev.ooh.uffd;

import dev.ooh.conformance.processors.SeveralProcessorsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Set;

class UffdSeveralProcessorsTest extends SeveralProcessorsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new UffdTechnique();
  }

  /** They drop what is protected again. */
  @Override
  protected Set<String> interruptions() {
    return Set.of("tlb.shootdown.ipi");
  }
}
