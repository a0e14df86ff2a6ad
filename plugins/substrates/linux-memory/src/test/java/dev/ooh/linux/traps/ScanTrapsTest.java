package dev.ooh.linux.traps;

import static dev.ooh.linux.traps.TrackedRegion.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.layout.PageRegion;
import dev.ooh.linux.layout.PmScanArg;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.RoundTrip;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Traps of the write-protect scan and of soft-dirty bits, one test each. */
@Timeout(300)
class ScanTrapsTest {
  private static final int PROT_READ_WRITE = 3;

  @TempDir Path folder;

  private RegionRequest request(Kind kind, int pages) throws Exception {
    Optional<Path> file = Optional.empty();
    if (kind == Kind.FILE) {
      file = Optional.of(Files.write(folder.resolve("file"), new byte[pages * PAGE]));
    }
    return new RegionRequest("trap", (long) pages * PAGE, Optional.empty(), kind, file, false);
  }

  @Test
  void returnCodesLieSoAProbeDoesTheRoundTrip() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(4)) {
      SoftDirtyPagemap pagemap = tracked.facility(SoftDirtyPagemap.class);
      pagemap.clearSoftDirty(); // succeeds on every kernel
      tracked.write(2);
      boolean works = pagemap.readSoftDirty(tracked.region.pages()).contains(tracked.address(2));
      Probe probe = RoundTrip.probe(tracked.space, space -> new SoftDirty(pagemap), "");
      assertThat(probe.usable()).as(probe.reason()).isEqualTo(works);
    }
  }

  @Test
  void anUnregisteredRangeIsRefusedOnlyWithCheckWpAsync() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(4)) {
      Region other = tracked.space.map(RegionRequest.anonymous("other", 4 * PAGE));
      tracked.space.memory().fill(other.start(), other.bytes(), (byte) 1);
      assertThat(rawScan(other, PmScanArg.PM_SCAN_WP_MATCHING).regions())
          .as("what the kernel says without the flag: neither an error nor a page")
          .isZero();
      assertThatThrownBy(() -> tracked.scanner.scan(other.pages(), other.pages()))
          .isInstanceOfSatisfying(
              FacilityException.class, e -> assertThat(e.remedy()).contains("registered"))
          .hasMessageContaining("0x%x".formatted(other.start()))
          .hasMessageContaining(other.bytes() + " bytes")
          .hasMessageContaining("Operation not permitted");
    }
  }

  /** The regions, and where the kernel says it stopped. */
  private record Raw(int regions, long lastEnd, long walkEnd) {}

  private static Raw rawScan(Region region, long flags) throws Exception {
    try (LinuxCalls calls = new LinuxCalls();
        Arena arena = Arena.ofConfined()) {
      int pagemap = calls.open("/proc/self/pagemap", MappingFlags.O_RDONLY);
      MemorySegment vector = arena.allocate(4096L * PageRegion.BYTES, 8);
      MemorySegment argument = arena.allocate(PmScanArg.BYTES, 8);
      PmScanArg.select(
          argument,
          0,
          PmScanArg.PAGE_IS_WRITTEN,
          PmScanArg.PAGE_IS_PRESENT,
          PmScanArg.PAGE_IS_WRITTEN,
          vector,
          1000);
      PmScanArg.range(argument, flags, region.start(), region.end());
      int count = calls.ioctl(pagemap, PmScanArg.PAGEMAP_SCAN, argument, () -> "PAGEMAP_SCAN");
      calls.closeDescriptor(pagemap);
      long last = count == 0 ? 0 : PageRegion.end(vector, count - 1);
      return new Raw(count, last, argument.get(JAVA_LONG, 32));
    }
  }

  @Test
  void walkEndIsNotTrustedBeyond512Runs() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(40_000).populated()) {
      PageSet.Builder odd = PageSet.builder();
      for (int page = 1; page < 40_000; page += 2) {
        tracked.write(page);
        odd.addPage(tracked.address(page));
      }
      Raw raw = rawScan(tracked.region, 0);
      assertThat(raw.regions()).isEqualTo(1000);
      assertThat(raw.lastEnd()).isEqualTo(tracked.address(2000));
      assertThat(tracked.scan()).as("kernel's walk_end 0x%x", raw.walkEnd()).isEqualTo(odd.build());
      assertThat(tracked.scan()).isEqualTo(PageSet.empty());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aPageThatWasNeverPopulatedIsReportedOnceWritten(Kind kind) throws Exception {
    try (TrackedRegion tracked = new TrackedRegion(request(kind, 64))) {
      tracked.scan();
      tracked.write(9);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(9));
    }
  }

  @Test
  void readsDoNotDirtyAndStoresOfTheSameValueDo() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(8).populated()) {
      for (int page = 0; page < 8; page++) {
        assertThat(tracked.space.memory().getByte(tracked.address(page))).isEqualTo((byte) 1);
      }
      assertThat(tracked.scan()).isEqualTo(PageSet.empty());
      tracked.space.memory().putByte(tracked.address(3), (byte) 1);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(3));
    }
  }

  /** Takes what listeners of the space are told of as changed. */
  private static PageSet.Builder told(AddressSpace space) {
    PageSet.Builder changed = PageSet.builder();
    space.addListener(
        new AddressSpace.Listener() {
          @Override
          public void changed(AddressSpace of, PageSet pages) {
            changed.addAll(pages);
          }
        });
    return changed;
  }

  @Test
  void aDiscardIsToldAndAnAdviceBehindTheSpacesBackIsFound() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(8).populated()) {
      PageSet.Builder changed = told(tracked.space);
      tracked.space.discard(tracked.pages(2, 5));
      assertThat(changed.build()).isEqualTo(tracked.pages(2, 5));
      Native.madvise(tracked.address(6), PAGE, Native.MADV_DONTNEED);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(2, 5, 6));
      assertThat(tracked.scan()).as("armed again").isEqualTo(PageSet.empty());
      tracked.write(2);
      tracked.write(6);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(2, 6));
    }
  }

  @Test
  void aDiscardWithOneWrongRunDiscardsNothing() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(8).populated()) {
      PageSet beyond = PageSet.of(tracked.address(7), tracked.address(9));
      assertThatThrownBy(() -> tracked.space.discard(tracked.pages(1).union(beyond)))
          .hasMessageContaining("0x%x".formatted(tracked.address(7)));
      assertThat(tracked.space.memory().getByte(tracked.address(1)))
          .as("nothing is discarded when one run is wrong")
          .isEqualTo((byte) 1);
    }
  }

  @Test
  void whatADiscardThatFailedHalfwayDiscardedIsToldAllTheSame() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(8).populated()) {
      PageSet.Builder changed = told(tracked.space);
      Native.munmap(tracked.address(6), PAGE);
      assertThatThrownBy(() -> tracked.space.discard(tracked.region.pages()))
          .isInstanceOf(MemoryAccessException.class);
      assertThat(tracked.space.memory().getByte(tracked.address(0))).isZero();
      assertThat(changed.build().containsAll(tracked.pages(0, 1, 2, 3, 4, 5))).isTrue();
    }
  }

  /** With swap the pages leave memory; without, only those of files do. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void pagesThatLeftMemoryAreStillReported(Kind kind) throws Exception {
    try (TrackedRegion tracked = new TrackedRegion(request(kind, 64)).populated()) {
      tracked.write(3);
      tracked.write(40);
      Native.madvise(tracked.region.start(), tracked.region.bytes(), Native.MADV_PAGEOUT);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(3, 40));
      Native.madvise(tracked.region.start(), tracked.region.bytes(), Native.MADV_PAGEOUT);
      tracked.write(5);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(5));
    }
  }

  @Test
  void writesThroughAnotherMappingAreMissed() throws Exception {
    RegionRequest request = request(Kind.FILE, 8);
    try (TrackedRegion tracked = new TrackedRegion(request).populated();
        FileChannel channel =
            FileChannel.open(request.file().orElseThrow(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {42}), 2 * PAGE);
      assertThat(tracked.space.memory().getByte(tracked.address(2))).isEqualTo((byte) 42);
      assertThat(tracked.scan())
          .as("documented in docs/real-memory.md: share no tracked file with other writers")
          .isEqualTo(PageSet.empty());
    }
  }

  @Test
  void aFirstWriteSplitsAHugePageAndReportsFourKilobytes() throws Exception {
    RegionRequest request = RegionRequest.anonymous("huge", 8L << 20).withHugePages();
    try (TrackedRegion tracked = new TrackedRegion(request)) {
      tracked.space.memory().fill(tracked.region.start(), tracked.region.bytes(), (byte) 1);
      assumeTrue(
          Files.readString(Path.of("/proc/self/smaps_rollup"))
              .lines()
              .anyMatch(line -> line.matches("AnonHugePages:\\s+[1-9].*")),
          "no transparent huge pages here");
      tracked.scan();
      tracked.write(700);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(700));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void expectedWritesAreReported(boolean huge) throws Exception {
    RegionRequest request = RegionRequest.anonymous("expected", 8L << 20);
    try (TrackedRegion tracked = new TrackedRegion(huge ? request.withHugePages() : request)) {
      tracked.populated();
      tracked.space.expectWrites(tracked.pages(700, 701));
      tracked.write(701);
      tracked.write(900);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(700, 701, 900));
    }
  }

  @Test
  void aHugeReservationCostsWhatIsPopulated() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(16 << 20)) {
      tracked.write(5 << 20);
      long before = pageTables();
      assertThat(tracked.scan()).isEqualTo(tracked.pages(5 << 20));
      assertThat(tracked.scan()).isEqualTo(PageSet.empty());
      assertThat(pageTables() - before).as("KiB of page tables for 64 GiB").isLessThan(1024);
    }
  }

  private static long pageTables() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmPTE:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void protectionForbiddenAndAllowedAgainStaysTracked() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(8).populated()) {
      tracked.write(1);
      Native.mprotect(tracked.region.start(), tracked.region.bytes(), 1);
      Native.mprotect(tracked.region.start(), tracked.region.bytes(), PROT_READ_WRITE);
      tracked.write(4);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(1, 4));
      assertThat(tracked.scan()).isEqualTo(PageSet.empty());
    }
  }

  @Test
  void whatMremapMovedIsRefusedAtItsNewPlace() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(8).populated()) {
      long bytes = tracked.region.bytes();
      long moved = Native.mremapLarger(tracked.region.start(), bytes);
      PageSet there = PageSet.of(moved, moved + bytes);
      MemorySegment.ofAddress(moved).reinterpret(bytes).fill((byte) 5);
      assertThatThrownBy(() -> tracked.scanner.scan(there, there))
          .isInstanceOf(FacilityException.class)
          .hasMessageContaining("Operation not permitted");
      tracked.scan();
      assertThat(tracked.scanner.lost()).as("the old place").isPresent();
    }
  }

  @Test
  void aForkDirtiesNothingAndItsChildIsNotTracked() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(16).populated()) {
      tracked.write(2);
      Native.forkAndWrite(folder, tracked.region.start(), tracked.region.bytes());
      assertThat(tracked.space.memory().getByte(tracked.address(5))).isEqualTo((byte) 1);
      assertThat(tracked.scan()).isEqualTo(tracked.pages(2));
      tracked.write(9);
      assertThat(tracked.scan()).as("a page to copy is a page written").isEqualTo(tracked.pages(9));
    }
  }

  @Test
  void releasedMemoryIsLeftToTheNextTracker() throws Exception {
    try (TrackedRegion tracked = TrackedRegion.anonymous(8).populated();
        var second = tracked.facility(WriteProtectScan.class).open()) {
      assertThatThrownBy(() -> second.register(tracked.region.pages()))
          .isInstanceOfSatisfying(
              FacilityException.class, e -> assertThat(e.remedy()).contains("one tracker"));
      tracked.scanner.unregister(tracked.region.pages());
      second.register(tracked.region.pages());
    }
  }

  /** Read, then clear: right only while nobody writes. */
  private record SoftDirty(SoftDirtyPagemap pagemap) implements TrackingSession {
    @Override
    public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
      PageSet written = pagemap.readSoftDirty(scan);
      pagemap.clearSoftDirty();
      return Gathered.of(written);
    }

    @Override
    public void unmapped(PageSet pages) {}

    @Override
    public String mode() {
      return "soft-dirty";
    }

    @Override
    public TechniqueStatistics statistics() {
      return TechniqueStatistics.none();
    }

    @Override
    public void close() {}
  }
}
