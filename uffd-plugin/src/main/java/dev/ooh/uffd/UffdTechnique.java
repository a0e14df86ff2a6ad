package dev.ooh.uffd;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.RoundTrip;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/**
 * userfaultfd: synchronous write-protection where the kernel offers it, as in the paper; else
 * asynchronous.
 */
@Component(service = TrackingTechnique.class)
public final class UffdTechnique implements TrackingTechnique {
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor("uffd", "userfaultfd write-protection", 200, false);
  private static final List<Mode> PREFERRED =
      List.of(Mode.SYNCHRONOUS_WRITE_PROTECT, Mode.ASYNCHRONOUS_WRITE_PROTECT);
  private static final String REMEDY =
      "Linux 5.7 and later, and sysctl vm.unprivileged_userfaultfd=1 or CAP_SYS_PTRACE";

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Probe probe(AddressSpace space) {
    List<String> refusals = new ArrayList<>();
    try {
      Userfaultfd facility = facility(space);
      for (Mode mode : offered(facility)) {
        Probe probe = probe(space, facility, mode);
        if (probe.usable()) {
          return probe;
        }
        refusals.add(UffdSession.name(mode) + ": " + probe.reason());
      }
    } catch (TrackingException e) {
      refusals.add(String.valueOf(e.getMessage()));
    }
    return Probe.refused(String.join("; ", refusals), REMEDY);
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    Userfaultfd facility = facility(space);
    List<Mode> modes = offered(facility);
    for (Mode mode : modes) {
      // The last one is not tried: if it fails, its own call says why.
      if (mode == modes.getLast() || probe(space, facility, mode).usable()) {
        return new UffdSession(space, mode, facility.open(mode));
      }
    }
    throw new AssertionError(modes);
  }

  private static Probe probe(AddressSpace space, Userfaultfd facility, Mode mode) {
    return RoundTrip.probe(space, it -> new UffdSession(space, mode, facility.open(mode)), REMEDY);
  }

  private static Userfaultfd facility(AddressSpace space) throws TrackingException {
    return space
        .facility(Userfaultfd.class)
        .orElseThrow(
            () -> new TrackingException("no userfaultfd on substrate " + space.substrate()));
  }

  /** The preferred modes that the kernel has; never empty. */
  private static List<Mode> offered(Userfaultfd facility) throws TrackingException {
    Set<Mode> modes = facility.modes();
    List<Mode> usable = PREFERRED.stream().filter(modes::contains).toList();
    if (usable.isEmpty()) {
      throw new TrackingException(
          "userfaultfd offers modes " + modes + ", wanted one of " + PREFERRED);
    }
    return usable;
  }
}
