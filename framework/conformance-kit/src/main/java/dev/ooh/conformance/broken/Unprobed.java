package dev.ooh.conformance.broken;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;

/**
 * A technique that is not tried before it is used, so that the kit and not its probe rejects it.
 */
public record Unprobed(TrackingTechnique technique) implements TrackingTechnique {
  @Override
  public TechniqueDescriptor descriptor() {
    return technique.descriptor();
  }

  @Override
  public Probe probe(AddressSpace space) {
    return Probe.usable("untried");
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    return technique.open(space);
  }
}
