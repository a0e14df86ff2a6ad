package dev.ooh.linux.traps;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.WriteProtectScan;

/** A region and a scanner that arms all of it again at each scan. */
final class TrackedRegion implements AutoCloseable {
  static final int PAGE = PageSet.PAGE_SIZE;

  final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("traps"));
  final Region region;
  final WriteProtectScan.Scanner scanner;

  TrackedRegion(RegionRequest request) throws FacilityException {
    region = space.map(request);
    scanner = space.facility(WriteProtectScan.class).orElseThrow().open();
    scanner.register(region.pages());
  }

  static TrackedRegion anonymous(int pages) throws FacilityException {
    return new TrackedRegion(RegionRequest.anonymous("trap", (long) pages * PAGE));
  }

  /** Writes all of it and arms it. */
  TrackedRegion populated() throws FacilityException {
    space.memory().fill(region.start(), region.bytes(), (byte) 1);
    scan();
    return this;
  }

  PageSet scan() throws FacilityException {
    return scanner.scan(region.pages(), region.pages());
  }

  long address(int page) {
    return region.start() + (long) page * PAGE;
  }

  void write(int page) {
    space.memory().putLong(address(page) + 16, 7);
  }

  PageSet pages(int... numbers) {
    PageSet.Builder pages = PageSet.builder();
    for (int number : numbers) {
      pages.addPage(address(number));
    }
    return pages.build();
  }

  <F> F facility(Class<F> type) {
    return space.facility(type).orElseThrow();
  }

  @Override
  public void close() {
    scanner.close();
    space.close();
  }
}
