package dev.ooh.procfs;

import dev.ooh.conformance.processors.SeveralProcessorsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Set;

class ProcfsSeveralProcessorsTest extends SeveralProcessorsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new ProcfsTechnique();
  }

  /** They drop what clear_refs has protected. */
  @Override
  protected Set<String> interruptions() {
    return Set.of("tlb.shootdown.ipi");
  }
}
