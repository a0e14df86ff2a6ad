package dev.ooh.spp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.session.SessionFixture;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Substrate;
import dev.ooh.spp.cpu.SubPages;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.OutsideWrites;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is reported of a page: the 128 bytes that were written, and no more. */
class SubPageRunsTest extends SessionFixture {
  @Override
  protected Substrate substrate() {
    return new VirtualSubstrate();
  }

  @Override
  protected TrackingTechnique technique() {
    return new SppTechnique();
  }

  /** The sub-pages that hold {@code [start, end)}. */
  private static PageSet subPages(long start, long end) {
    return PageSet.of(start & -SubPages.BYTES, (end + SubPages.BYTES - 1) & -SubPages.BYTES);
  }

  @Test
  void aStoreIsReportedByItsSubPage() throws Exception {
    PageSet all = map(4);
    long start = all.runStart(0);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      inside(
          () -> {
            space().memory().putByte(start, (byte) 1);
            space().memory().putByte(start + PAGE + 127, (byte) 1);
            space().memory().putInt(start + PAGE + 128, 1);
            space().memory().putLong(start + 4 * PAGE - 8, 1);
          });
      assertThat(reported(session, all, all))
          .isEqualTo(
              subPages(start, start + 1)
                  .union(subPages(start + PAGE, start + PAGE + 256))
                  .union(subPages(start + 4 * PAGE - 8, start + 4 * PAGE)));
      assertThat(reported(session, all, all)).isEqualTo(PageSet.empty());
    }
  }

  @Test
  void oneStoreMayTouchTwo() throws Exception {
    PageSet all = map(2);
    long start = all.runStart(0);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      inside(() -> space().memory().putLong(start + 252, 1));
      assertThat(reported(session, all, all)).isEqualTo(subPages(start + 252, start + 260));
      inside(() -> space().memory().putLong(start + PAGE - 4, 1));
      assertThat(reported(session, all, all))
          .isEqualTo(subPages(start + PAGE - 4, start + PAGE + 4));
    }
  }

  @Test
  void aSubPageThatIsNotArmedAgainLeavesTheOthersArmed() throws Exception {
    PageSet all = map(2);
    long start = all.runStart(0);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      inside(() -> space().memory().putLong(start, 1));
      assertThat(reported(session, all, PageSet.empty())).isEqualTo(subPages(start, start + 8));
      inside(() -> space().memory().putLong(start + 1024, 1));
      inside(() -> space().memory().putLong(start, 2));
      assertThat(reported(session, all, PageSet.empty()))
          .isEqualTo(subPages(start + 1024, start + 1032));
    }
  }

  @Test
  void thePageThatIsNotArmedAgainIsReportedWhenItGetsAnotherFrame() throws Exception {
    PageSet all = map(1);
    long start = all.runStart(0);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      inside(() -> space().memory().putLong(start, 1));
      session.fetch(all, PageSet.empty());
      session.fetch(all, PageSet.empty());
      try (AddressSpace child = space().facility(Fork.class).orElseThrow().fork("child")) {
        // The copy isn't protected; the rest of the page is armed still.
        inside(() -> space().memory().putLong(start + 1024, 1));
        assertThat(reported(session, all, PageSet.empty()).contains(start + 1024)).isTrue();
      }
    }
  }

  @Test
  void copiesAndFillsAreReportedByTheBytesTheyWrite() throws Exception {
    PageSet all = map(8);
    long start = all.runStart(0);
    write(all);
    byte[] bytes = new byte[300];
    bytes[299] = 7;
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      inside(() -> space().memory().fill(start + 200, 100, (byte) 9));
      assertThat(reported(session, all, all)).isEqualTo(subPages(start + 200, start + 300));
      inside(() -> space().memory().write(start + PAGE - 150, bytes, 0, bytes.length));
      assertThat(reported(session, all, all))
          .isEqualTo(subPages(start + PAGE - 150, start + PAGE + 150));
      inside(() -> space().memory().copy(start + PAGE - 150, start + 5 * PAGE + 1000, 300));
      assertThat(reported(session, all, all))
          .isEqualTo(subPages(start + 5 * PAGE + 1000, start + 5 * PAGE + 1300));
      inside(
          () -> assertThat(space().memory().getByte(start + 5 * PAGE + 1299)).isEqualTo((byte) 7));
    }
  }

  @Test
  void theKernelsWritesAreSeenByTheProcessor() throws Exception {
    OutsideWrites outside = space().facility(OutsideWrites.class).orElseThrow();
    PageSet all = map(4);
    long start = all.runStart(0);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      outside.write(start + PAGE - 4, new byte[300], 0, 300);
      assertThat(reported(session, all, all))
          .isEqualTo(subPages(start + PAGE - 4, start + PAGE + 296));
    }
  }

  @Test
  void aSharedFrameIsReportedAtEachAddressWhoeverWrites(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("shared"), new byte[(int) PAGE]);
    PageSet one = map(file, 1);
    PageSet other = map(file, 1);
    PageSet both = one.union(other);
    write(both);
    try (TrackingSession session = technique().open(space());
        AddressSpace child = space().facility(Fork.class).orElseThrow().fork("child")) {
      session.fetch(both, both);
      session.fetch(both, both);
      child.execution().run(() -> put(child, other.runStart(0) + 512));
      assertThat(reported(session, both, both))
          .isEqualTo(
              subPages(one.runStart(0) + 512, one.runStart(0) + 520)
                  .union(subPages(other.runStart(0) + 512, other.runStart(0) + 520)));
    }
  }

  private static boolean put(AddressSpace space, long address) {
    space.memory().putLong(address, 1);
    return true;
  }

  @Test
  void twoTrackersOfOneFrameEachSeeTheWrite(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("shared"), new byte[(int) PAGE]);
    PageSet all = map(file, 1);
    long start = all.runStart(0);
    write(all);
    try (TrackingSession session = technique().open(space());
        AddressSpace child = space().facility(Fork.class).orElseThrow().fork("child")) {
      child.execution().run(() -> put(child, start));
      try (TrackingSession ofChild = technique().open(child)) {
        session.fetch(all, all);
        ofChild.fetch(all, all);
        session.fetch(all, all);
        ofChild.fetch(all, all);
        inside(() -> put(space(), start + 256));
        assertThat(reported(session, all, all)).isEqualTo(subPages(start + 256, start + 264));
        // The one has it armed again; the other still is to be told of the first write.
        child.execution().run(() -> put(child, start + 512));
        assertThat(reported(ofChild, all, all))
            .isEqualTo(
                subPages(start + 256, start + 264).union(subPages(start + 512, start + 520)));
        assertThat(reported(session, all, all)).isEqualTo(subPages(start + 512, start + 520));
      }
      inside(() -> put(space(), start + 128));
      assertThat(reported(session, all, all)).isEqualTo(subPages(start + 128, start + 136));
    }
  }

  @Test
  void randomStoresAreReportedExactly() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    PageSet all = map(32);
    long start = all.runStart(0);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      for (int pass = 0; pass < 50; pass++) {
        PageSet.Builder written = PageSet.builder();
        for (int i = random.nextInt(100); i > 0; i--) {
          long at = start + random.nextLong(32 * PAGE - 1024);
          int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 1024 : 16);
          inside(() -> space().memory().write(at, new byte[length], 0, length));
          written.addAll(subPages(at, at + length));
        }
        assertThat(reported(session, all, all))
            .as("pass %d of seed %d", pass, seed)
            .isEqualTo(written.build());
      }
    }
  }
}
