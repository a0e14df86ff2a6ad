package dev.ooh.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.SegmentAdoption;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A region that the kernel refuses to watch, beside others. */
class ProcfsRegionsOnLinuxTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private final ProcfsTechnique technique = new ProcfsTechnique();
  private AddressSpace space;
  private Path file;
  private PageSet plain;
  private FileChannel channel;
  private Arena arena;
  private PageSet fixed;

  @BeforeEach
  void open() throws Exception {
    LinuxSubstrate linux = new LinuxSubstrate();
    assumeTrue(linux.refusal().isEmpty(), () -> linux.refusal().orElse(""));
    space = linux.open(SpaceOptions.named("regions"));
    Probe probe = technique.probe(space);
    assumeTrue(probe.equals(Probe.usable("write-protect-scan")), probe.reason());
    plain = space.map(RegionRequest.anonymous("plain", 4 * PAGE)).pages();
    file =
        Files.write(Files.createTempFile(Path.of("target"), "region", ".bin"), new byte[2 * PAGE]);
    channel = FileChannel.open(file, StandardOpenOption.READ);
    arena = Arena.ofShared();
    MemorySegment readOnly = channel.map(MapMode.READ_ONLY, 0, 2 * PAGE, arena);
    fixed = space.facility(SegmentAdoption.class).orElseThrow().adopt("fixed", readOnly).pages();
  }

  @AfterEach
  void close() throws Exception {
    space.close();
    if (arena != null) {
      arena.close();
      channel.close();
      Files.delete(file);
    }
  }

  @Test
  void aRegionThatMayNotBeWatchedIsAlwaysReportedAndTheOthersAreTracked() throws Exception {
    PageSet all = plain.union(fixed);
    try (TrackingSession session = technique.open(space)) {
      session.fetch(all, all);
      assertReported(session.fetch(all, all), PageSet.empty(), fixed);
      PageSet second = PageSet.of(plain.runStart(0) + PAGE, plain.runStart(0) + 2 * PAGE);
      space.memory().putLong(second.runStart(0), 1);
      assertReported(session.fetch(all, all), second, fixed);
      assertThat(session.mode()).isEqualTo("write-protect-scan");
      assertThat(session.remarks())
          .singleElement()
          .asString()
          .startsWith("region fixed unwatched and always reported: UFFDIO_REGISTER")
          .contains("0x%x".formatted(fixed.runStart(0)), "8192 bytes", "errno");
      session.unmapped(fixed);
      assertThat(session.remarks()).isEmpty();
      assertThat(session.fetch(plain, plain)).isEqualTo(Gathered.of(PageSet.empty()));
    }
  }

  @Test
  void neighboursOfARegionThatMayNotBeWatchedAreTracked() throws Exception {
    SegmentAdoption adoption = space.facility(SegmentAdoption.class).orElseThrow();
    try (TrackingSession session = technique.open(space)) {
      MemorySegment whole = arena.allocate(4 * PAGE, PAGE);
      PageSet first = adoption.adopt("first", whole.asSlice(0, PAGE)).pages();
      PageSet second = adoption.adopt("second", whole.asSlice(PAGE, PAGE)).pages();
      PageSet all = plain.union(fixed).union(first).union(second);
      assertThat(first.union(second).runCount()).isEqualTo(1);
      session.fetch(all, all);
      whole.set(ValueLayout.JAVA_LONG, PAGE, 7);
      assertReported(session.fetch(all, all), second, fixed);
    }
  }

  @Test
  void eachRegionThatMayNotBeWatchedHasItsReason() throws Exception {
    MemorySegment readOnly = channel.map(MapMode.READ_ONLY, 0, 2 * PAGE, arena);
    SegmentAdoption adoption = space.facility(SegmentAdoption.class).orElseThrow();
    PageSet other = adoption.adopt("other", readOnly).pages();
    PageSet all = plain.union(fixed).union(other);
    try (TrackingSession session = technique.open(space)) {
      session.fetch(all, all);
      Gathered gathered = session.fetch(all, all);
      assertReported(gathered, PageSet.empty(), fixed.union(other));
      assertThat(gathered.unseen())
          .extracting(Gathered.Unseen::reason)
          .anySatisfy(why -> assertThat(why).startsWith("region fixed unwatched"))
          .anySatisfy(why -> assertThat(why).startsWith("region other unwatched"))
          .hasSize(2)
          .hasSameElementsAs(session.remarks());
    }
  }

  private static void assertReported(Gathered gathered, PageSet seen, PageSet unseen) {
    assertThat(gathered.pages()).isEqualTo(seen);
    assertThat(gathered.reported()).isEqualTo(seen.union(unseen));
    assertThat(gathered.lost()).isEmpty();
  }

  @Test
  void whereNothingCanBeWatchedTheKernelsReasonIsThrown() throws Exception {
    try (TrackingSession session = technique.open(space)) {
      assertThatThrownBy(() -> session.fetch(fixed, fixed))
          .isInstanceOf(TrackingException.class)
          .hasMessageContaining("UFFDIO_REGISTER [0x%x".formatted(fixed.runStart(0)));
    }
  }
}
