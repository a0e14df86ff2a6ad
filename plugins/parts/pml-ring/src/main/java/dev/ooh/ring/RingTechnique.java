package dev.ooh.ring;

import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.RoundTrip;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;

/** A technique that loads parts into the machine: refused where there is no such machine. */
public abstract class RingTechnique implements TrackingTechnique {
  private static final String REMEDY = "use the substrate virtual";

  private final String extended;

  /**
   * @param extended what of the machine takes the technique's parts, for the refusal where there is
   *     none: {@code CPU}
   */
  protected RingTechnique(String extended) {
    this.extended = extended;
  }

  /**
   * Loads the parts and starts a session; nothing stays loaded where that fails.
   *
   * @throws TrackingException if the machine refuses a part
   */
  protected abstract TrackingSession open(AddressSpace space, MachineExtensions machine)
      throws TrackingException;

  @Override
  public final Probe probe(AddressSpace space) {
    return space.facility(MachineExtensions.class).isEmpty()
        ? Probe.refused(refusal(space), REMEDY)
        : RoundTrip.probe(space, this::open, REMEDY);
  }

  @Override
  public final TrackingSession open(AddressSpace space) throws TrackingException {
    MachineExtensions machine =
        space
            .facility(MachineExtensions.class)
            .orElseThrow(() -> new TrackingException(refusal(space)));
    return open(space, machine);
  }

  private String refusal(AddressSpace space) {
    return "substrate %s has no %s that can be extended".formatted(space.substrate(), extended);
  }
}
