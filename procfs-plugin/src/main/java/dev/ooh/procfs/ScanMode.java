package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.WriteProtectScan;

/**
 * {@code PAGEMAP_SCAN}: reading a page and re-arming it is one step, so writers may run. What the
 * kernel refuses to watch is in every report, so that it does not end the tracking of the rest.
 */
final class ScanMode implements PagemapMode {
  private final WriteProtectScan.Scanner scanner;
  private PageSet registered = PageSet.empty();
  private PageSet unwatched = PageSet.empty();
  private volatile String whyUnwatched = "";

  ScanMode(WriteProtectScan.Scanner scanner) {
    this.scanner = scanner;
  }

  @Override
  public String name() {
    return "write-protect-scan" + whyUnwatched;
  }

  @Override
  public boolean needsStoppedWriters() {
    return false;
  }

  @Override
  public PageSet collect(PageSet scan, PageSet arm, PageSet armed) throws TrackingException {
    register(arm.minus(registered).minus(unwatched));
    PageSet known = scan.intersect(registered);
    PageSet written = known.isEmpty() ? known : scanner.scan(known, arm.intersect(registered));
    return written.union(unwatched.intersect(scan));
  }

  private void register(PageSet fresh) throws TrackingException {
    if (fresh.isEmpty()) {
      return;
    }
    try {
      scanner.register(fresh);
      registered = registered.union(fresh);
    } catch (TrackingException e) {
      registerEach(fresh);
    }
  }

  /** Run by run; fails only when nothing at all can be watched. */
  private void registerEach(PageSet fresh) throws TrackingException {
    TrackingException refused = null;
    for (int run = 0; run < fresh.runCount(); run++) {
      PageSet part = PageSet.of(fresh.runStart(run), fresh.runEnd(run));
      try {
        scanner.register(part);
        registered = registered.union(part);
      } catch (TrackingException e) {
        refused = e;
        unwatched = unwatched.union(part);
        whyUnwatched =
            "; %s unwatched and always reported: %s".formatted(unwatched, e.getMessage());
      }
    }
    if (refused != null && registered.isEmpty()) {
      throw refused;
    }
  }

  @Override
  public void unmapped(PageSet pages) {
    PageSet gone = registered.intersect(pages);
    if (!gone.isEmpty()) {
      scanner.unregister(gone);
      registered = registered.minus(gone);
    }
    unwatched = unwatched.minus(pages);
    whyUnwatched = unwatched.isEmpty() ? "" : whyUnwatched;
  }

  @Override
  public void close() {
    scanner.close();
  }
}
