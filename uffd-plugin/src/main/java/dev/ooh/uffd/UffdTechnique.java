package dev.ooh.uffd;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Setting;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.RoundTrip;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/**
 * userfaultfd: synchronous write-protection where the kernel offers it, as in the paper; else
 * asynchronous. Where the setting {@code uffd.mode} wants one of them, the other is not taken
 * instead, for no region either.
 */
@Component(service = TrackingTechnique.class)
public final class UffdTechnique implements TrackingTechnique {
  private static final String ANY = "any";

  /** Missing faults tell of first touches only, not of writes, and are no mode for that. */
  private static final Setting<String> MODE =
      Setting.oneOf(
          "uffd.mode",
          List.of(ANY, "synchronous", "asynchronous"),
          ANY,
          "Which write-protection to use; any: the first that works, region by region. What a mode"
              + " that was asked for can't watch is in every report.");

  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor("uffd", "userfaultfd write-protection", 200, false)
          .withSettings(MODE);
  private static final List<Mode> PREFERRED =
      List.of(Mode.SYNCHRONOUS_WRITE_PROTECT, Mode.ASYNCHRONOUS_WRITE_PROTECT);
  private static final String REMEDY =
      "Linux 6.7 and later (6.10 on aarch64), and sysctl vm.unprivileged_userfaultfd=1 or CAP_SYS_PTRACE";

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Probe probe(AddressSpace space) {
    List<String> refusals = new ArrayList<>();
    Set<String> remedies = new LinkedHashSet<>();
    try {
      Userfaultfd facility = facility(space);
      for (Mode mode : wanted(space)) {
        Probe probe = probe(space, facility, mode);
        if (probe.usable()) {
          return probe;
        }
        refusals.add(Channel.name(mode) + ": " + probe.reason());
        remedies.add(probe.remedy());
      }
    } catch (TrackingException e) {
      refusals.add(String.valueOf(e.getMessage()));
      remedies.add(e.remedy().isEmpty() ? REMEDY : e.remedy());
    }
    return Probe.refused(String.join("; ", refusals), String.join("; or ", remedies));
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    Userfaultfd facility = facility(space);
    List<Mode> modes = wanted(space);
    for (Mode mode : modes) {
      // The last one is not tried: if it fails, its own call says why.
      if (mode == modes.getLast() || probe(space, facility, mode).usable()) {
        return open(space, facility, mode);
      }
    }
    throw new AssertionError(modes);
  }

  private static UffdSession open(AddressSpace space, Userfaultfd facility, Mode mode)
      throws TrackingException {
    return new UffdSession(
        space, facility, mode, !TrackingTechnique.setting(space, MODE).equals(ANY));
  }

  private static Probe probe(AddressSpace space, Userfaultfd facility, Mode mode) {
    return RoundTrip.probe(space, it -> open(space, facility, mode), REMEDY);
  }

  private static Userfaultfd facility(AddressSpace space) throws TrackingException {
    return space
        .facility(Userfaultfd.class)
        .orElseThrow(
            () -> new TrackingException("no userfaultfd on substrate " + space.substrate()));
  }

  /** The modes to try, in this order; never empty. */
  private static List<Mode> wanted(AddressSpace space) throws TrackingException {
    String wanted = TrackingTechnique.setting(space, MODE);
    return wanted.equals(ANY)
        ? PREFERRED
        : PREFERRED.stream().filter(mode -> Channel.name(mode).equals(wanted)).toList();
  }
}
