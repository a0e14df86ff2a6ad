package dev.ooh.spml;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.ring.RingTechnique;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.osgi.service.component.annotations.Component;

/** Shadow PML: works where a hypervisor takes hypercalls. */
@Component(service = TrackingTechnique.class)
public final class SpmlTechnique extends RingTechnique {
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor(
              "spml",
              "Shadow PML: the hypervisor lends its log of guest-physical addresses",
              100,
              false)
          .withSettings(SpmlSession.RING_ENTRIES, SpmlSession.REVERSE_MAP_REUSE);

  public SpmlTechnique() {
    super("hypervisor");
  }

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  protected TrackingSession open(AddressSpace space, MachineExtensions machine)
      throws TrackingException {
    return SpmlSession.open(space, machine);
  }
}
