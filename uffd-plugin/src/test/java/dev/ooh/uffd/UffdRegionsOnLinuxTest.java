package dev.ooh.uffd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.SegmentAdoption;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Regions that the kernel treats differently, side by side in one session. */
@Timeout(300)
class UffdRegionsOnLinuxTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private final UffdTechnique technique = new UffdTechnique();
  private AddressSpace space;
  private Path file;
  private PageSet plain;

  @BeforeEach
  void open() throws Exception {
    LinuxSubstrate linux = new LinuxSubstrate();
    assumeTrue(linux.refusal().isEmpty(), () -> linux.refusal().orElse(""));
    space = linux.open(SpaceOptions.named("regions"));
    file =
        Files.write(Files.createTempFile(Path.of("target"), "region", ".bin"), new byte[4 * PAGE]);
    assumeTrue(!Files.getFileStore(file).type().equals("tmpfs"), "target is on tmpfs");
    Probe probe = technique.probe(space);
    assumeTrue(probe.equals(Probe.usable("synchronous")), probe.reason());
    plain = space.map(RegionRequest.anonymous("plain", 4 * PAGE)).pages();
  }

  @AfterEach
  void close() throws Exception {
    space.close();
    Files.deleteIfExists(file);
  }

  private PageSet page(PageSet of, int number) {
    return PageSet.builder().addPage(of.runStart(0) + (long) number * PAGE).build();
  }

  private void write(PageSet page) {
    space.memory().putLong(page.runStart(0), 1);
  }

  @Test
  void aFileOnDiskIsWatchedAsynchronouslyAndTheRestSynchronously() throws Exception {
    Region mapped = mapFile(space);
    PageSet disk = mapped.pages();
    PageSet all = plain.union(disk);
    try (TrackingSession session = technique.open(space)) {
      session.fetch(all, all);
      for (int round = 0; round < 3; round++) {
        write(page(plain, round));
        write(page(disk, round + 1));
        assertThat(session.fetch(all, all))
            .isEqualTo(Gathered.of(page(plain, round).union(page(disk, round + 1))));
      }
      assertThat(session.mode()).isEqualTo("synchronous");
      assertThat(session.remarks())
          .singleElement()
          .asString()
          .startsWith("asynchronous for region on-disk: UFFDIO_REGISTER [0x")
          .contains("0x%x".formatted(mapped.start()), "16384 bytes", "Invalid argument (errno 22)");
      assertThat(session.statistics().get("session.asynchronous")).isEqualTo(4);
      space.unmap(mapped);
      session.unmapped(disk);
      assertThat(session.remarks()).isEmpty();
      write(page(plain, 3));
      assertThat(session.fetch(plain, plain)).isEqualTo(Gathered.of(page(plain, 3)));
    }
  }

  private Region mapFile(AddressSpace where) {
    return where.map(
        new RegionRequest(
            "on-disk",
            4 * PAGE,
            Optional.empty(),
            RegionRequest.Kind.FILE,
            Optional.of(file),
            false));
  }

  @Test
  void whereSynchronousModeWasAskedForAFileOnDiskIsAlwaysReported() throws Exception {
    try (AddressSpace set = open("synchronous");
        TrackingSession session = technique.open(set)) {
      PageSet anonymous = set.map(RegionRequest.anonymous("plain", 4 * PAGE)).pages();
      Region mapped = mapFile(set);
      PageSet all = anonymous.union(mapped.pages());
      session.fetch(all, all);
      set.memory().putLong(anonymous.runStart(0), 1);
      assertReported(session.fetch(all, all), page(anonymous, 0), mapped.pages());
      assertThat(session.remarks())
          .singleElement()
          .asString()
          .startsWith("region on-disk unwatched and always reported: UFFDIO_REGISTER");
      assertThat(session.statistics().get("session.asynchronous")).isZero();
      set.unmap(mapped);
      session.unmapped(mapped.pages());
      assertThat(session.remarks()).isEmpty();
    }
  }

  @Test
  void aRegionThatNobodyMayWatchIsAlwaysReportedAndTheOthersAreTracked() throws Exception {
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        TrackingSession session = technique.open(space)) {
      MemorySegment readOnly = channel.map(MapMode.READ_ONLY, 0, 2 * PAGE, arena);
      PageSet fixed =
          space.facility(SegmentAdoption.class).orElseThrow().adopt("fixed", readOnly).pages();
      PageSet all = plain.union(fixed);
      session.fetch(all, all);
      assertReported(session.fetch(all, all), PageSet.empty(), fixed);
      write(page(plain, 1));
      assertReported(session.fetch(all, all), page(plain, 1), fixed);
      assertThat(session.remarks())
          .singleElement()
          .asString()
          .contains("unwatched", "0x%x".formatted(readOnly.address()), "8192 bytes", "errno");
      assertThat(session.statistics().get("session.unwatched")).isEqualTo(2);
    }
  }

  private static void assertReported(Gathered gathered, PageSet seen, PageSet unseen) {
    assertThat(gathered.pages()).isEqualTo(seen);
    assertThat(gathered.reported()).isEqualTo(seen.union(unseen));
    assertThat(gathered.lost()).isEmpty();
  }

  @Test
  void whereNothingCanBeWatchedTheKernelsReasonIsThrown() throws Exception {
    try (TrackingSession first = technique.open(space);
        TrackingSession second = technique.open(space)) {
      first.fetch(plain, plain);
      assertThatThrownBy(() -> second.fetch(plain, plain))
          .isInstanceOfSatisfying(
              TrackingException.class, e -> assertThat(e.remedy()).contains("one tracker"))
          .hasMessageContaining("UFFDIO_REGISTER [0x%x".formatted(plain.runStart(0)))
          .hasMessageContaining("16384 bytes")
          .hasMessageContaining("Device or resource busy (errno 16)");
      write(page(plain, 2));
      assertThat(first.fetch(plain, plain)).isEqualTo(Gathered.of(page(plain, 2)));
    }
  }

  @Test
  void theSettingChoosesAModeAndNoOtherIsTakenInstead() throws Exception {
    for (String mode : new String[] {"synchronous", "asynchronous"}) {
      try (AddressSpace set = open(mode)) {
        assertThat(technique.probe(set)).isEqualTo(Probe.usable(mode));
        try (TrackingSession session = technique.open(set)) {
          assertThat(session.mode()).isEqualTo(mode);
        }
      }
    }
    try (AddressSpace set = open("missing")) {
      assertThat(technique.probe(set).reason())
          .isEqualTo("setting uffd.mode is 'missing', wanted any, synchronous or asynchronous");
    }
  }

  private static AddressSpace open(String mode) {
    return new LinuxSubstrate().open(SpaceOptions.named("set").with("uffd.mode", mode));
  }
}
