package dev.ooh.linux.scan;

import dev.ooh.linux.call.Architecture;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.function.Supplier;

/** Opens {@link PagemapScanner}s over this process. */
public final class WriteProtectScans implements WriteProtectScan {
  private final Architecture architecture;
  private final Supplier<PageSet> sharedPages;

  /**
   * @param sharedPages pages of shared mappings: the kernel may drop such a page from the page
   *     table while it is dirty, so that only markers tell whether it was written
   */
  public WriteProtectScans(Architecture architecture, Supplier<PageSet> sharedPages) {
    this.architecture = architecture;
    this.sharedPages = sharedPages;
  }

  @Override
  public Scanner open() throws FacilityException {
    return new PagemapScanner(architecture, sharedPages);
  }
}
