package dev.ooh.spp;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.ring.RingTechnique;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.osgi.service.component.annotations.Component;

/** Sub-page write permission: works where the machine takes a CPU extension. */
@Component(service = TrackingTechnique.class)
public final class SppTechnique extends RingTechnique {
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor(
              "spp",
              "sub-page write permission: EPT violations at granules of 128 bytes",
              50,
              false)
          .withSettings(SppSession.RING_ENTRIES, SppSession.GRANULE);

  public SppTechnique() {
    super("CPU");
  }

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  protected TrackingSession open(AddressSpace space, MachineExtensions machine)
      throws TrackingException {
    return SppSession.open(space, machine);
  }
}
