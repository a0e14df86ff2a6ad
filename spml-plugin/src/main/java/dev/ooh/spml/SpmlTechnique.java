package dev.ooh.spml;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.RoundTrip;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.osgi.service.component.annotations.Component;

/** Shadow PML: works where a hypervisor takes hypercalls. */
@Component(service = TrackingTechnique.class)
public final class SpmlTechnique implements TrackingTechnique {
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor(
              "spml",
              "Shadow PML: the hypervisor lends its log of guest-physical addresses",
              100,
              false)
          .withSettings(SpmlSession.RING_ENTRIES, SpmlSession.REVERSE_MAP_REUSE);
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
    return SpmlSession.open(space, machine);
  }

  private static String refusal(AddressSpace space) {
    return "substrate " + space.substrate() + " has no hypervisor that can be extended";
  }
}
