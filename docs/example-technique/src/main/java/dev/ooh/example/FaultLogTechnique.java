package dev.ooh.example;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.RoundTrip;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.facility.Userfaultfd;
import org.osgi.service.component.annotations.Component;

/** Logs the first write fault of each armed page. Stateless; the state is in the session. */
@Component(service = TrackingTechnique.class)
public final class FaultLogTechnique implements TrackingTechnique {
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor("fault-log", "an example: a log of write-protect faults", 50, false);

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Probe probe(AddressSpace space) {
    return RoundTrip.probe(space, this::open, "see ooh techniques for others");
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    Userfaultfd facility =
        space
            .facility(Userfaultfd.class)
            .orElseThrow(
                () ->
                    new TrackingException(
                        "substrate " + space.substrate() + " offers no userfaultfd, wanted one"));
    return new FaultLogSession(space, facility.open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT));
  }
}
