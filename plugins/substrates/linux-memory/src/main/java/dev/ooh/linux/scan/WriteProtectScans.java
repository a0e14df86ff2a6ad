package dev.ooh.linux.scan;

import dev.ooh.linux.call.Architecture;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.WriteProtectScan;

/** Opens {@link PagemapScanner}s over this process. */
public final class WriteProtectScans implements WriteProtectScan {
  private final Architecture architecture;

  public WriteProtectScans(Architecture architecture) {
    this.architecture = architecture;
  }

  @Override
  public Scanner open() throws FacilityException {
    return new PagemapScanner(architecture);
  }
}
