package dev.ooh.linux.userfault;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.Optional;

/** Faults are resolved by the kernel; a scan tells which pages are no longer protected. */
final class AsynchronousDescriptor implements Descriptor {
  private final WriteProtectScan.Scanner scanner;

  /** Protected here and not drained since. */
  private PageSet watched = PageSet.empty();

  AsynchronousDescriptor(WriteProtectScan.Scanner scanner) {
    this.scanner = scanner;
  }

  @Override
  public void register(PageSet ranges) throws FacilityException {
    scanner.register(ranges);
  }

  @Override
  public void unregister(PageSet ranges) {
    scanner.unregister(ranges);
    watched = watched.minus(ranges);
  }

  @Override
  public void writeProtect(PageSet ranges) throws FacilityException {
    scanner.scan(ranges, ranges);
    watched = watched.union(ranges);
  }

  @Override
  public PageSet drain() throws FacilityException {
    PageSet written = scanner.scan(watched, PageSet.empty());
    watched = watched.minus(written);
    return written;
  }

  @Override
  public Optional<String> lost() {
    return Optional.empty();
  }

  @Override
  public void close() {
    scanner.close();
  }
}
