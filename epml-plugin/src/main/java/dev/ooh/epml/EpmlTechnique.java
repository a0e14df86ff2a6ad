package dev.ooh.epml;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.ring.RingTechnique;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.osgi.service.component.annotations.Component;

/** Extended PML: works where the machine takes a CPU extension. */
@Component(service = TrackingTechnique.class)
public final class EpmlTechnique extends RingTechnique {
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor(
              "epml", "Extended PML: the CPU logs guest-virtual addresses", 400, false)
          .withSettings(EpmlSession.RING_ENTRIES);

  public EpmlTechnique() {
    super("CPU");
  }

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  protected TrackingSession open(AddressSpace space, MachineExtensions machine)
      throws TrackingException {
    return EpmlSession.open(space, machine);
  }
}
