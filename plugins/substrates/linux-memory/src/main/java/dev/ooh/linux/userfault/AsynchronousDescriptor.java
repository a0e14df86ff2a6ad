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

  /** The doubt that was told since the last drain; every further scan finds it again. */
  private Optional<String> told = Optional.empty();

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
    return drain(PageSet.empty());
  }

  /** One scan does both, however scattered the pages are. */
  @Override
  public PageSet drain(PageSet rearm) throws FacilityException {
    told = Optional.empty();
    PageSet written = scanner.scan(watched, rearm.intersect(watched));
    watched = watched.minus(written.minus(rearm));
    return written;
  }

  @Override
  public Optional<String> lost() {
    Optional<String> reason = scanner.lost();
    if (reason.equals(told)) {
      return Optional.empty();
    }
    told = reason.or(() -> told);
    return reason;
  }

  @Override
  public void close() {
    scanner.close();
  }
}
