package dev.ooh.procfs;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.RoundTrip;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * {@code /proc}: the write-protect scan where a round trip shows that it works, for it is atomic;
 * else classic soft-dirty, which needs stopped writers.
 */
@Component(service = TrackingTechnique.class)
public final class ProcfsTechnique implements TrackingTechnique {
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor("procfs", "/proc/PID/pagemap and clear_refs", 300, true);
  private static final String SCAN_REMEDY = "Linux 6.7 and later (6.10 on aarch64)";
  private static final String SOFT_DIRTY_REMEDY = "a kernel with CONFIG_MEM_SOFT_DIRTY";

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Probe probe(AddressSpace space) {
    Optional<WriteProtectScan> scan = space.facility(WriteProtectScan.class);
    Optional<SoftDirtyPagemap> pagemap = space.facility(SoftDirtyPagemap.class);
    if (scan.isEmpty() && pagemap.isEmpty()) {
      return Probe.refused("no pagemap on substrate " + space.substrate(), SCAN_REMEDY);
    }
    Probe atomic = scan.map(it -> probeScan(space, it)).orElse(Probe.refused("", ""));
    if (atomic.usable() || pagemap.isEmpty()) {
      return atomic;
    }
    Probe classic =
        RoundTrip.probe(
            space, it -> new ProcfsSession(new SoftDirtyMode(pagemap.get())), SOFT_DIRTY_REMEDY);
    return classic.usable() || atomic.reason().isEmpty()
        ? classic
        : Probe.refused(
            "write-protect scan: %s; soft-dirty: %s".formatted(atomic.reason(), classic.reason()),
            "for the scan: %s; for soft-dirty: %s".formatted(atomic.remedy(), classic.remedy()));
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    Optional<WriteProtectScan> scan = space.facility(WriteProtectScan.class);
    Optional<SoftDirtyPagemap> pagemap = space.facility(SoftDirtyPagemap.class);
    // With no choice there is nothing to try: the first fetch says what is wrong.
    if (scan.isPresent() && (pagemap.isEmpty() || probeScan(space, scan.get()).usable())) {
      return new ProcfsSession(new ScanMode(space, scan.get().open()));
    }
    return new ProcfsSession(
        new SoftDirtyMode(
            pagemap.orElseThrow(
                () -> new TrackingException("no pagemap on substrate " + space.substrate()))));
  }

  private static Probe probeScan(AddressSpace space, WriteProtectScan scan) {
    return RoundTrip.probe(
        space, it -> new ProcfsSession(new ScanMode(space, scan.open())), SCAN_REMEDY);
  }
}
