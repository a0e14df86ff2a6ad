package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.WriteProtectScan;

/** {@code PAGEMAP_SCAN}: reading a page and re-arming it is one step, so writers may run. */
final class ScanMode implements PagemapMode {
  private final WriteProtectScan.Scanner scanner;
  private PageSet registered = PageSet.empty();

  ScanMode(WriteProtectScan.Scanner scanner) {
    this.scanner = scanner;
  }

  @Override
  public String name() {
    return "write-protect-scan";
  }

  @Override
  public boolean needsStoppedWriters() {
    return false;
  }

  @Override
  public PageSet collect(PageSet scan, PageSet arm, PageSet armed) throws TrackingException {
    PageSet fresh = arm.minus(registered);
    if (!fresh.isEmpty()) {
      scanner.register(fresh);
      registered = registered.union(fresh);
    }
    PageSet known = scan.intersect(registered);
    return known.isEmpty() ? known : scanner.scan(known, arm);
  }

  @Override
  public void unmapped(PageSet pages) {
    PageSet gone = registered.intersect(pages);
    if (!gone.isEmpty()) {
      scanner.unregister(gone);
      registered = registered.minus(gone);
    }
  }

  @Override
  public void close() {
    scanner.close();
  }
}
