package dev.ooh.spp;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.processors.SeveralProcessorsContract;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Set;
import java.util.stream.Stream;

/** With granules of a page, as the contract wants whole pages. */
class SppSeveralProcessorsTest extends SeveralProcessorsContract {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new SppTechnique();
  }

  @Override
  protected SpaceOptions options() {
    return super.options().with("spp.granule", "4096");
  }

  /** The hypervisor takes a right away, which they have cached. */
  @Override
  protected Set<String> interruptions() {
    return Set.of("vcpu.kick");
  }

  @Override
  protected Stream<Subject> subjects() {
    return Stream.of(subject(), subject().with("ring-entries", "20"));
  }
}
