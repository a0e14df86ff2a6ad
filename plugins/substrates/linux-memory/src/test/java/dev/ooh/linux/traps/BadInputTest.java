package dev.ooh.linux.traps;

import static dev.ooh.linux.traps.TrackedRegion.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.call.UnixSocket;
import dev.ooh.linux.monitor.MonitorPool;
import dev.ooh.linux.scan.WriteProtectScans;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.linux.userfault.LinuxUserfaultfd;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.SegmentAdoption;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a program may get wrong: each time the message names address, size, call and the kernel's
 * reason, and the tracking of other regions goes on.
 */
@Timeout(300)
class BadInputTest {
  private static final String EVERY_WRITE_MODE = ".*WRITE_PROTECT";

  @TempDir Path folder;
  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("traps"));
  private final Region good = space.map(RegionRequest.anonymous("good", 8 * PAGE));
  private final SegmentAdoption adoption = space.facility(SegmentAdoption.class).orElseThrow();

  @AfterEach
  void close() {
    space.close();
  }

  private Descriptor open(Mode mode) throws Exception {
    Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
    assumeTrue(facility.modes().contains(mode), () -> mode + " is refused here");
    Descriptor descriptor = facility.open(mode);
    descriptor.register(good.pages());
    space.memory().fill(good.start(), good.bytes(), (byte) 1);
    descriptor.writeProtect(good.pages());
    return descriptor;
  }

  private void assertTracks(Descriptor descriptor) throws Exception {
    descriptor.drain();
    descriptor.writeProtect(good.pages());
    space.memory().putLong(good.start() + 3 * PAGE, 1);
    long page = good.start() + 3 * PAGE;
    assertThat(descriptor.drain()).as("others go on").isEqualTo(PageSet.of(page, page + PAGE));
    assertThat(descriptor.lost()).isEmpty();
  }

  private static String hex(long address) {
    return "0x%x".formatted(address);
  }

  @Test
  void aSegmentOfAClosedArenaIsRefused() {
    MemorySegment closed;
    try (Arena arena = Arena.ofShared()) {
      closed = arena.allocate(4 * PAGE, PAGE);
    }
    assertThatThrownBy(() -> adoption.adopt("gone", closed))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("of a closed arena")
        .hasMessageContaining(Long.toHexString(closed.address()))
        .hasMessageContaining(Integer.toString(4 * PAGE));
  }

  /** As malloc gives out again what was freed. */
  @Test
  void theAddressesOfAClosedArenaMayBeTrackedAgain() throws Exception {
    MemorySegment all = Arena.ofAuto().allocate(4 * PAGE, PAGE);
    Arena first = Arena.ofShared();
    Region before =
        adoption.adopt(
            "before", MemorySegment.ofAddress(all.address()).reinterpret(4 * PAGE, first, null));
    assertThat(space.regions()).contains(before);
    first.close();
    Region after = adoption.adopt("after", all.asSlice(PAGE));
    assertThat(space.regions()).contains(after).doesNotContain(before);
  }

  @Test
  void anOverlappingSegmentIsRefusedWithBothRanges() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(4 * PAGE, PAGE);
      adoption.adopt("first", segment.asSlice(0, PAGE + 1));
      assertThatThrownBy(() -> adoption.adopt("second", segment.asSlice(PAGE + 100, 8)))
          .isInstanceOf(FacilityException.class)
          .hasMessage(
              "adopt region second [%s, %s), 4096 bytes: shares a page with region first [%s, %s),"
                      .formatted(
                          hex(segment.address() + PAGE),
                          hex(segment.address() + 2 * PAGE),
                          hex(segment.address()),
                          hex(segment.address() + 2 * PAGE))
                  + " 8192 bytes; wanted segments aligned to pages, or one for both");
    }
  }

  @Test
  void anAddressThatIsNotAMultipleOfAPageIsRefused() {
    assertThatThrownBy(
            () -> space.map(RegionRequest.anonymous("odd", PAGE).at(good.end() + 100 * PAGE + 1)))
        .hasMessageContaining(hex(good.end() + 100 * PAGE + 1))
        .hasMessageContaining("page-aligned");
  }

  /** An address that means something elsewhere, in another process maybe. */
  @Test
  void aRangeThatIsNotMappedHereIsRefused() {
    long nobody = good.end() + (1L << 45);
    assertThatThrownBy(
            () -> adoption.adopt("far", MemorySegment.ofAddress(nobody).reinterpret(2 * PAGE)))
        .isInstanceOfSatisfying(
            FacilityException.class, e -> assertThat(e.remedy()).contains("in this process"))
        .hasMessageContaining("msync(%s, 8192 bytes, MS_ASYNC)".formatted(hex(nobody)))
        .hasMessageContaining("Cannot allocate memory (errno 12)");
    assertThat(space.regions()).containsExactly(good);
  }

  @ParameterizedTest
  @EnumSource(value = Mode.class, mode = EnumSource.Mode.MATCH_ALL, names = EVERY_WRITE_MODE)
  void aRegionThatWasReplacedUnderItsTrackingIsToldAndTrackedOn(Mode mode) throws Exception {
    try (Arena arena = Arena.ofShared();
        Descriptor descriptor = open(mode)) {
      MemorySegment outer = arena.allocate(8L << 20, PAGE);
      long start = (outer.address() + PAGE) & -PAGE;
      PageSet replaced = PageSet.of(start, start + 4 * PAGE);
      descriptor.register(replaced);
      descriptor.writeProtect(replaced);
      Native.mmapOver(start, 4 * PAGE);
      descriptor.writeProtect(replaced);
      assertThat(descriptor.lost())
          .hasValueSatisfying(why -> assertThat(why).contains(hex(start), "replaced or moved"));
      descriptor.drain();
      descriptor.writeProtect(replaced);
      MemorySegment.ofAddress(start + PAGE).reinterpret(PAGE).fill((byte) 1);
      assertThat(descriptor.drain()).isEqualTo(PageSet.of(start + PAGE, start + 2 * PAGE));
      assertThat(descriptor.lost()).isEmpty();
      descriptor.unregister(replaced);
      assertTracks(descriptor);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Mode.class, mode = EnumSource.Mode.MATCH_ALL, names = EVERY_WRITE_MODE)
  void memoryThatMayNotBeWrittenIsRefused(Mode mode) throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[2 * PAGE]);
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Descriptor descriptor = open(mode)) {
      MemorySegment fixed = channel.map(MapMode.READ_ONLY, 0, 2 * PAGE, arena);
      PageSet pages = PageSet.of(fixed.address(), fixed.address() + 2 * PAGE);
      assertThatThrownBy(() -> descriptor.register(pages))
          .isInstanceOf(FacilityException.class)
          .hasMessageContaining(
              "UFFDIO_REGISTER [%s, %s), 8192 bytes: "
                  .formatted(hex(fixed.address()), hex(fixed.address() + 2 * PAGE)))
          .hasMessageMatching(".*\\(errno \\d+\\)");
      assertTracks(descriptor);
    }
  }

  /** Kernels before 6.17 would let the first tracker unregister what is the second's by now. */
  @ParameterizedTest
  @EnumSource(value = Mode.class, mode = EnumSource.Mode.MATCH_ALL, names = EVERY_WRITE_MODE)
  void lettingGoOfAReusedAddressLeavesItToItsNewTracker(Mode mode) throws Exception {
    try (Arena arena = Arena.ofShared();
        Descriptor first = open(mode);
        Descriptor second = space.facility(Userfaultfd.class).orElseThrow().open(mode)) {
      MemorySegment outer = arena.allocate(8L << 20, PAGE);
      long start = (outer.address() + PAGE) & -PAGE;
      PageSet reused = PageSet.of(start, start + 4 * PAGE);
      MemorySegment memory = MemorySegment.ofAddress(start).reinterpret(4 * PAGE);
      first.register(reused);
      Native.mmapOver(start, 4 * PAGE);
      memory.fill((byte) 1);
      second.register(reused);
      second.writeProtect(reused);
      first.unregister(reused);
      memory.set(ValueLayout.JAVA_BYTE, PAGE, (byte) 2);
      assertThat(second.drain()).isEqualTo(PageSet.of(start + PAGE, start + 2 * PAGE));
      assertThat(second.lost()).isEmpty();
      assertTracks(first);
    }
  }

  @Test
  void aSocketPathThatIsTooLongIsAnError() {
    String path = "/tmp/" + "x".repeat(103);
    assertThatThrownBy(() -> new UnixSocket.Listener(path))
        .isInstanceOf(CallException.class)
        .hasMessage(
            "socket path %s has 108 bytes, wanted fewer than 108: File name too long (errno 36)"
                .formatted(path));
  }

  @Test
  void aUserWithoutPrivilegeIsToldWhatItTakes() throws Exception {
    assumeTrue(
        Files.exists(Path.of("/usr/bin/setpriv")) && System.getProperty("user.name").equals("root"),
        "needs root and setpriv");
    assumeTrue(
        Files.readString(Path.of("/proc/sys/vm/unprivileged_userfaultfd")).startsWith("0"),
        "vm.unprivileged_userfaultfd is set");
    String nobody = "setpriv --reuid=65534 --clear-groups true || exit 1; ";
    try (Child child =
        Child.startForOthers(
            folder,
            nobody + "exec setpriv --reuid=65534 --clear-groups ",
            Child.Role.OPEN_WITHOUT_PRIVILEGE)) {
      String refusal = child.line();
      assertThat(refusal)
          .contains("userfaultfd(flags 0x80800): Operation not permitted (errno 1)")
          .contains("vm.unprivileged_userfaultfd=1", "CAP_SYS_PTRACE", "/dev/userfaultfd");
      assertThat(child.line()).isEqualTo("goes on");
    }
  }

  @Test
  void theLimitOfSynchronousDescriptorsIsNamedAndTrackingGoesOn() throws Exception {
    open(Mode.SYNCHRONOUS_WRITE_PROTECT).close();
    try (Child child =
        Child.start(folder, "ulimit -n 120; exec ", Child.Role.USE_UP_SYNCHRONOUS_DESCRIPTORS)) {
      assertThat(child.line()).contains("Too many open files (errno 24)").contains("ulimit -n");
      assertThat(child.line()).isEqualTo("goes on");
    }
  }

  /** A number that no kernel has is what an old kernel says to a number that it doesn't have. */
  @Test
  void aKernelWithoutTheCallIsNamed() {
    Architecture current = Architecture.current().orElseThrow();
    Architecture old =
        new Architecture(
            current.name(),
            9999,
            current.timerCreate(),
            current.timerSettime(),
            9999,
            current.schedSetattr(),
            current.schedGetattr());
    WriteProtectScans scans = new WriteProtectScans(old);
    LinuxUserfaultfd facility = new LinuxUserfaultfd(old, scans, new MonitorPool());
    assertThat(facility.modes()).doesNotContain(Mode.ASYNCHRONOUS_WRITE_PROTECT);
    assertThatThrownBy(() -> facility.open(Mode.ASYNCHRONOUS_WRITE_PROTECT))
        .isInstanceOfSatisfying(
            FacilityException.class,
            e -> assertThat(e.remedy()).isEqualTo("a kernel with CONFIG_USERFAULTFD"))
        .hasMessageStartingWith("userfaultfd(flags 0x")
        .hasMessageEndingWith("Function not implemented (errno 38)");
  }

  @Test
  void aKernelTooOldForAFeatureIsToldWhichOneIsWanted() {
    CallException refused = CallException.of("UFFDIO_API (features 0x1)", Errno.EINVAL);
    assertThat(refused).hasMessage("UFFDIO_API (features 0x1): Invalid argument (errno 22)");
    assertThat(Remedy.features(refused, "Linux 6.7"))
        .isEqualTo("Linux 6.7 or later, with CONFIG_PTE_MARKER_UFFD_WP");
    assertThat(Remedy.scan(CallException.of("PAGEMAP_SCAN", Errno.ENOTTY)))
        .isEqualTo("Linux 6.7 or later");
  }
}
