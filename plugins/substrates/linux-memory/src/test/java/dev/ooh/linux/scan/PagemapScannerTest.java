package dev.ooh.linux.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.UnixSocket;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.linux.traps.DeviceMemory;
import dev.ooh.linux.traps.Native;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagemapScannerTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private AddressSpace space;
  private WriteProtectScan.Scanner scanner;

  @BeforeEach
  void open() throws Exception {
    space = new LinuxSubstrate().open(SpaceOptions.named("test"));
    scanner = space.facility(WriteProtectScan.class).orElseThrow().open();
  }

  @AfterEach
  void close() {
    scanner.close();
    space.close();
  }

  private Region map(String name, int pages) {
    return space.map(RegionRequest.anonymous(name, (long) pages * PAGE));
  }

  private PageSet scan(Region region) throws FacilityException {
    scanner.register(region.pages());
    return scanner.scan(region.pages(), region.pages());
  }

  @Test
  void findsExactlyThePagesWrittenSinceTheScanBefore() throws Exception {
    Region region = map("r", 1000);
    space.memory().fill(region.start(), region.bytes(), (byte) 1);
    assertThat(scan(region)).isEqualTo(region.pages());
    assertThat(scan(region)).isEqualTo(PageSet.empty());

    space.memory().putLong(region.start() + 5 * PAGE + 8, 1);
    space.memory().putByte(region.start() + 999 * PAGE, (byte) 1);
    assertThat(scan(region))
        .isEqualTo(
            PageSet.builder()
                .addPage(region.start() + 5 * PAGE)
                .addPage(region.start() + 999 * PAGE)
                .build());
    assertThat(scan(region)).isEqualTo(PageSet.empty());
  }

  /** Most kernels do; one may be built or booted to give each page that is read memory. */
  private boolean readsMapTheZeroPage() throws Exception {
    Region region = map("read", 1);
    assertThat(space.memory().getLong(region.start())).isZero();
    PageSet.Builder found = PageSet.builder();
    try (PagemapScan pages = new PagemapScan()) {
      pages.find(Selection.UNMARKED_CONTENTS, region.start(), region.end(), 0, found);
    }
    return found.build().isEmpty();
  }

  @Test
  void reportsTheFirstWriteToAPageThatWasNeverPopulated() throws Exception {
    Region region = map("r", 64);
    assertThat(scan(region)).isEqualTo(PageSet.empty());
    assertThat(space.memory().getLong(region.start() + 7 * PAGE)).isZero();
    if (readsMapTheZeroPage()) {
      assertThat(scan(region)).as("a read is no write").isEqualTo(PageSet.empty());
    } else {
      // The page is one of its own, zeroed, as a store of zeros would have left it.
      assertThat(scan(region))
          .isEqualTo(PageSet.of(region.start() + 7 * PAGE, region.start() + 8 * PAGE));
    }
    space.memory().putLong(region.start() + 7 * PAGE, 7);
    space.memory().putLong(region.start() + 9 * PAGE, 7);
    assertThat(scan(region).pageCount()).isEqualTo(2);
  }

  @Test
  void findsMoreThan512Runs() throws Exception {
    Region region = map("r", 100_000);
    space.memory().fill(region.start(), region.bytes(), (byte) 1);
    scan(region);
    PageSet.Builder odd = PageSet.builder();
    for (long page = region.start() + PAGE; page < region.end(); page += 2 * PAGE) {
      space.memory().putByte(page, (byte) 2);
      odd.addPage(page);
    }
    assertThat(scan(region)).isEqualTo(odd.build());
    assertThat(scan(region)).isEqualTo(PageSet.empty());
  }

  /** The kernel's answers before the one that it refuses hold all of them already. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPageThatWasReplacedBehindMoreRunsThanOneAnswerHoldsIsToldAsLost(boolean rearms)
      throws Exception {
    int pages = 5000;
    Region region = map("r", pages);
    space.memory().fill(region.start(), region.bytes(), (byte) 1);
    scan(region);
    for (long page = region.start() + PAGE; page < region.end(); page += 2 * PAGE) {
      space.memory().putByte(page, (byte) 2);
    }
    Native.mmapOver(region.end() - 2 * PAGE, 2 * PAGE);
    PageSet found = scanner.scan(region.pages(), rearms ? region.pages() : PageSet.empty());
    assertThat(found.pageCount()).isGreaterThanOrEqualTo(pages / 2 - 1);
    assertThat(scanner.lost()).isPresent();

    scan(region);
    space.memory().putByte(region.start() + 7 * PAGE, (byte) 3);
    assertThat(scan(region))
        .isEqualTo(PageSet.of(region.start() + 7 * PAGE, region.start() + 8 * PAGE));
    assertThat(scanner.lost()).isEmpty();
  }

  @Test
  void leavesUnarmedWhatItIsNotAskedToRearm() throws Exception {
    Region region = map("r", 4);
    space.memory().fill(region.start(), region.bytes(), (byte) 1);
    scan(region);
    space.memory().fill(region.start(), region.bytes(), (byte) 2);
    PageSet first = PageSet.of(region.start(), region.start() + 2 * PAGE);
    assertThat(scanner.scan(region.pages(), first)).isEqualTo(region.pages());
    assertThat(scanner.scan(region.pages(), first)).isEqualTo(region.pages().minus(first));
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"ANONYMOUS", "MEMFD"})
  void agreesWithAModel(Kind kind) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    int pages = 300;
    Region region =
        space.map(
            new RegionRequest(
                "r", (long) pages * PAGE, Optional.empty(), kind, Optional.empty(), false));
    scan(region);
    int exact = 0;
    for (int round = 0; round < 50; round++) {
      PageSet.Builder written = PageSet.builder();
      for (int i = random.nextInt(pages); i > 0; i--) {
        long address = region.start() + random.nextLong(region.bytes() / 8) * 8;
        space.memory().putLong(address, round);
        written.addPage(address);
      }
      PageSet wanted = written.build();
      PageSet found = scan(region);
      assertThat(wanted.minus(found))
          .as("seed %d round %d", seed, round)
          .isEqualTo(PageSet.empty());
      exact += found.equals(wanted) ? 1 : 0;
    }
    // The kernel may take an entry at any time, and its page is reported then; not in each round.
    assertThat(exact).as("seed %d", seed).isPositive();
  }

  @Test
  void refusesARangeThatIsNotRegistered() {
    Region region = map("r", 4);
    space.memory().fill(region.start(), region.bytes(), (byte) 1);
    assertThatThrownBy(() -> scanner.scan(region.pages(), region.pages()))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("PAGEMAP_SCAN [0x%x".formatted(region.start()))
        .hasMessageContaining("Operation not permitted");
  }

  @Test
  void aSecondTrackerOfARangeIsRefused() throws Exception {
    Region region = map("r", 4);
    scanner.register(region.pages());
    try (var second = space.facility(WriteProtectScan.class).orElseThrow().open()) {
      assertThatThrownBy(() -> second.register(region.pages()))
          .isInstanceOf(FacilityException.class)
          .hasMessageContaining("UFFDIO_REGISTER")
          .hasMessageContaining("busy");
    }
  }

  /** As a child has that was forked and runs no other program: the end of both is not awaited. */
  @Test
  void aRangeIsFreeAfterItsTrackerThoughAnotherProcessHasACopyOfTheDescriptor() throws Exception {
    Region region = map("r", 4);
    UnixSocket.Pair pair = UnixSocket.pair();
    try (LinuxCalls calls = new LinuxCalls();
        UnixSocket one = pair.one();
        UnixSocket other = pair.other()) {
      int sent = 0;
      try (var first = space.facility(WriteProtectScan.class).orElseThrow().open()) {
        first.register(region.pages());
        for (int fd : userfaultfds()) {
          one.sendDescriptors(fd, fd);
          sent++;
        }
      }
      scanner.register(region.pages());
      for (; sent > 0; sent--) {
        for (int copy : Objects.requireNonNull(other.receiveDescriptors())) {
          calls.closeDescriptor(copy);
        }
      }
    }
  }

  private static List<Integer> userfaultfds() throws IOException {
    List<Integer> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path fd : all.toList()) {
        // One is that of the listing.
        if (Files.isSymbolicLink(fd)
            && Files.readSymbolicLink(fd).toString().equals("anon_inode:[userfaultfd]")) {
          found.add(Integer.valueOf(fd.getFileName().toString()));
        }
      }
    }
    return found;
  }

  /** The kernel registers it, and leaves it out of every scan. */
  @Test
  void mappedDeviceMemoryIsRefusedHoweverOftenItIsAskedFor() throws Exception {
    Region region = map("r", 8);
    try (DeviceMemory device = new DeviceMemory();
        DeviceMemory another = new DeviceMemory()) {
      PageSet both = device.pages().union(another.pages());
      for (PageSet pages : List.of(both.union(region.pages()), device.pages(), another.pages())) {
        assertThatThrownBy(() -> scanner.register(pages))
            .isInstanceOfSatisfying(
                FacilityException.class, e -> assertThat(e.remedy()).isNotEmpty())
            .hasMessageContaining("device memory");
      }
      space.memory().putByte(region.start(), (byte) 1);
      assertThat(scan(region)).as("the others are watched").isNotEqualTo(PageSet.empty());
      assertThat(scan(region)).isEqualTo(PageSet.empty());
    }
  }

  @Test
  void aHugeEmptyReservationCostsNoPageTables() throws Exception {
    Region region = map("huge", 16 << 20);
    space.memory().putLong(region.start() + (40L << 30), 1);
    assertThat(scan(region).pageCount()).isEqualTo(1);
    assertThat(scan(region)).isEqualTo(PageSet.empty());
  }
}
