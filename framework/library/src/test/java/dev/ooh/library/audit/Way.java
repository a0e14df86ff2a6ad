package dev.ooh.library.audit;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueStatus;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.uffd.UffdTechnique;
import java.util.List;

/** A technique of real memory that needs no woven stores, with those to switch to. */
enum Way {
  PROCFS("any", "procfs", "uffd"),
  SYNCHRONOUS_UFFD("synchronous", "uffd", "procfs"),
  ASYNCHRONOUS_UFFD("asynchronous", "uffd", "procfs");

  static final LinuxSubstrate LINUX = new LinuxSubstrate();

  private final String uffdMode;
  private final List<String> techniques;

  Way(String uffdMode, String technique, String other) {
    this.uffdMode = uffdMode;
    techniques = List.of(technique, other, "all-dirty");
  }

  SpaceOptions options() {
    return SpaceOptions.named("audit").with("uffd.mode", uffdMode);
  }

  /** By name; the first is the one that is audited. */
  List<String> techniques() {
    return techniques;
  }

  TrackingCore core() {
    return TrackingCore.create(List.of(new ProcfsTechnique(), new UffdTechnique()));
  }

  /** Whether the first one works here. */
  Probe probe() {
    try (TrackingCore core = core();
        AddressSpace space = LINUX.open(options())) {
      return core.list(space).stream()
          .filter(status -> status.descriptor().name().equals(techniques.getFirst()))
          .map(TechniqueStatus::probe)
          .findFirst()
          .orElseThrow();
    }
  }
}
