package dev.ooh.procfs;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.Optional;

/**
 * {@code PAGEMAP_SCAN}: reading a page and re-arming it is one step, so writers may run. What the
 * kernel refuses to watch is in every report, so that it does not end the tracking of the rest.
 */
final class ScanMode implements PagemapMode {
  private final AddressSpace space;
  private final WriteProtectScan.Scanner scanner;
  private PageSet registered = PageSet.empty();
  private PageSet unwatched = PageSet.empty();
  private volatile String whyUnwatched = "";

  ScanMode(AddressSpace space, WriteProtectScan.Scanner scanner) {
    this.space = space;
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

  /** Region by region; fails only when nothing at all can be watched. */
  private void registerEach(PageSet fresh) throws TrackingException {
    TrackingException why = null;
    PageSet refused = PageSet.empty();
    for (Region region : space.regions()) {
      PageSet part = fresh.intersect(region.pages());
      try {
        if (!part.isEmpty()) {
          scanner.register(part);
          registered = registered.union(part);
        }
      } catch (TrackingException e) {
        why = e;
        refused = refused.union(part);
      }
    }
    if (why == null) {
      return;
    }
    if (registered.isEmpty()) {
      throw why;
    }
    unwatched = unwatched.union(refused);
    whyUnwatched = "; %s unwatched and always reported: %s".formatted(unwatched, why.getMessage());
  }

  @Override
  public Optional<String> lost() {
    return scanner.lost();
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
