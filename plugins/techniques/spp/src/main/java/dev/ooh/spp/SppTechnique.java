package dev.ooh.spp;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.RoundTrip;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.osgi.service.component.annotations.Component;

/** Sub-page write permission: works where the machine takes a CPU extension. */
@Component(service = TrackingTechnique.class)
public final class SppTechnique implements TrackingTechnique {
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor(
              "spp",
              "sub-page write permission: EPT violations at granules of 128 bytes",
              50,
              false)
          .withSettings(SppSession.RING_ENTRIES, SppSession.GRANULE);
  private static final String REMEDY = "use the substrate virtual";

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Probe probe(AddressSpace space) {
    return space.facility(MachineExtensions.class).isEmpty()
        ? Probe.refused(refusal(space), REMEDY)
        : RoundTrip.probe(space, this::open, REMEDY);
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    MachineExtensions machine =
        space
            .facility(MachineExtensions.class)
            .orElseThrow(() -> new TrackingException(refusal(space)));
    return SppSession.open(space, machine);
  }

  private static String refusal(AddressSpace space) {
    return "substrate " + space.substrate() + " has no CPU that can be extended";
  }
}
