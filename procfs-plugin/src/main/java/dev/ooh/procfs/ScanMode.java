package dev.ooh.procfs;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Placement;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.List;

/** {@code PAGEMAP_SCAN}: reading a page and re-arming it is one step, so writers may run. */
final class ScanMode implements PagemapMode {
  private final WriteProtectScan.Scanner scanner;
  private final Placement placement;

  ScanMode(AddressSpace space, WriteProtectScan.Scanner scanner) {
    this.scanner = scanner;
    placement = new Placement(space, scanner::register);
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
  public List<String> remarks() {
    return placement.refusals();
  }

  @Override
  public Gathered collect(PageSet scan, PageSet arm, PageSet armed) throws TrackingException {
    placement.place(arm);
    PageSet watched = scan.intersect(placement.watched());
    PageSet written =
        watched.isEmpty() ? watched : scanner.scan(watched, arm.intersect(placement.watched()));
    return new Gathered(written, placement.unseen(scan), scanner.lost().stream().toList());
  }

  @Override
  public void unmapped(PageSet pages) {
    PageSet gone = placement.unmapped(pages);
    if (!gone.isEmpty()) {
      scanner.unregister(gone);
    }
  }

  @Override
  public void close() {
    scanner.close();
  }
}
