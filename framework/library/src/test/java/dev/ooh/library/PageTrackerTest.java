package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TrackingException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTrackerTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private static PageSet page(MemorySegment segment, long index) {
    return PageSet.builder().addPage(segment.address() + index * PAGE).build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"procfs", "uffd"})
  void tellsWhatChangedSinceLastAsked(String technique) throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(64 * PAGE, PAGE);
      try (PageTracker tracker = PageTracker.track(segment)) {
        tracker.use(technique);
        tracker.changes().commit();
        assertThat(tracker.technique()).contains(technique);
        segment.set(ValueLayout.JAVA_LONG, 5 * PAGE, 42);
        try (Interval aborted = tracker.changes()) {
          assertThat(aborted.pages()).isEqualTo(page(segment, 5));
        }
        segment.set(ValueLayout.JAVA_LONG, 7 * PAGE, 42);
        try (Interval changed = tracker.changes()) {
          assertThat(changed.pages()).isEqualTo(page(segment, 5).union(page(segment, 7)));
          changed.commit();
        }
        try (Interval nothing = tracker.changes()) {
          assertThat(nothing.pages()).isEqualTo(PageSet.empty());
        }
      }
      assertThat(segment.get(ValueLayout.JAVA_LONG, 5 * PAGE)).isEqualTo(42);
    }
  }

  @Test
  void seesWhatTheKernelReadsIntoASegment(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("f"), new byte[3 * PAGE]);
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment segment = arena.allocate(16 * PAGE, PAGE);
      try (PageTracker tracker = PageTracker.track(segment)) {
        tracker.changes().commit();
        channel.read(segment.asSlice(2 * PAGE, 2 * PAGE).asByteBuffer());
        assertThat(tracker.changes().pages()).isEqualTo(page(segment, 2).union(page(segment, 3)));
      }
    }
  }

  @Test
  void aClosedArenaIsForgottenAndTheOthersGoOn() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment stays = arena.allocate(4 * PAGE, PAGE);
      Arena shortLived = Arena.ofShared();
      MemorySegment goes = shortLived.allocate(1 << 20, PAGE);
      try (PageTracker tracker = PageTracker.track(stays, goes)) {
        tracker.changes().commit();
        shortLived.close();
        stays.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        assertThat(tracker.changes().pages()).isEqualTo(page(stays, 0));
      }
    }
  }

  @Test
  void aRegionRemovedTooLateIsForgottenAllTheSame() throws Exception {
    try (PageTracker tracker = PageTracker.track()) {
      Arena shortLived = Arena.ofShared();
      Region region = tracker.add(shortLived.allocate(1 << 20, PAGE));
      shortLived.close();
      assertThat(tracker.changes().pages()).isEqualTo(PageSet.empty());
      assertThatThrownBy(() -> tracker.remove(region)).isInstanceOf(TrackingException.class);
      MemorySegment somebodyElses = MemorySegment.ofAddress(region.start()).reinterpret(PAGE);
      assertThatThrownBy(() -> tracker.declareAlwaysDirty(somebodyElses))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesWhatItCannotTrack() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(4 * PAGE, PAGE);
      Arena over = Arena.ofShared();
      MemorySegment gone = over.allocate(PAGE);
      over.close();
      refused("kind: heap", MemorySegment.ofArray(new byte[PAGE]));
      refused("byteSize: 0 }, wanted a non-empty native segment", segment.asSlice(PAGE, 0));
      refused("wanted a non-empty native segment", MemorySegment.NULL);
      refused("of a closed arena", segment, gone);
      refused("shares a page with", segment, segment.asSlice(PAGE));
    }
  }

  private static void refused(String message, MemorySegment... segments) {
    assertThatThrownBy(() -> PageTracker.track(segments))
        .isInstanceOf(TrackingException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aRefusedSegmentLeavesTheOthersTracked() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(4 * PAGE, PAGE);
      try (PageTracker tracker = PageTracker.track(segment)) {
        tracker.changes().commit();
        assertThatThrownBy(() -> tracker.add(MemorySegment.NULL))
            .isInstanceOf(TrackingException.class);
        segment.set(ValueLayout.JAVA_BYTE, PAGE, (byte) 1);
        assertThat(tracker.changes().pages()).isEqualTo(page(segment, 1));
      }
    }
  }

  @Test
  void seesWritesPastAReadOnlyViewOfAnotherThreadsArena() throws Exception {
    try (Arena arena = Arena.ofConfined();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      MemorySegment segment = arena.allocate(4 * PAGE, PAGE);
      PageTracker tracker = other.submit(() -> PageTracker.track(segment.asReadOnly())).get();
      other.submit(() -> tracker.changes().commit()).get();
      segment.set(ValueLayout.JAVA_BYTE, 2 * PAGE, (byte) 1);
      assertThat(other.submit(() -> tracker.changes().pages()).get()).isEqualTo(page(segment, 2));
      tracker.close();
    }
  }

  /** A tracker is all that keeps the segment, and its arena frees it when nothing does. */
  @Test
  void keepsAnAutomaticArenaOpen() throws Exception {
    try (PageTracker tracker = PageTracker.track(Arena.ofAuto().allocate(4 * PAGE, PAGE))) {
      System.gc();
      assertThat(tracker.changes().pages().pageCount()).isEqualTo(4);
    }
  }

  @Test
  void aSecondTrackerIsToldEverythingAndWhy() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(8 * PAGE, PAGE);
      try (PageTracker first = PageTracker.track(segment);
          PageTracker second = PageTracker.track(segment)) {
        first.changes().commit();
        second.changes().commit();
        for (int round = 0; round < 2; round++) {
          try (Interval all = second.changes()) {
            assertThat(all.pages().pageCount()).isEqualTo(8);
            assertThat(all.reasons()).anySatisfy(why -> assertThat(why).contains("busy"));
            all.commit();
          }
        }
        segment.set(ValueLayout.JAVA_BYTE, PAGE, (byte) 1);
        assertThat(first.changes().pages()).isEqualTo(page(segment, 1));
      }
    }
  }

  @Test
  void saysWhatIsWrongWithAQuestion() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(4 * PAGE, PAGE);
      PageTracker tracker = PageTracker.track(segment);
      assertThatThrownBy(() -> tracker.use("spml"))
          .isInstanceOf(TrackingException.class)
          .hasMessageContainingAll("'spml'", "procfs", "uffd", "all-dirty");
      Region later = tracker.add(arena.allocate(PAGE, PAGE));
      tracker.remove(later);
      assertThatThrownBy(() -> tracker.remove(later)).isInstanceOf(TrackingException.class);
      for (MemorySegment wrong :
          List.of(
              arena.allocate(8, PAGE),
              segment.asSlice(PAGE, 0),
              MemorySegment.ofArray(new byte[1]))) {
        assertThatThrownBy(() -> tracker.declareAlwaysDirty(wrong))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("wanted a part of a tracked segment");
      }
      Interval open = tracker.changes();
      tracker.close();
      tracker.close();
      open.commit();
      assertThatThrownBy(tracker::changes)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void settingsReachTheTechniques() {
    SpaceOptions options = SpaceOptions.named("cache").with("some-technique.setting", "64");
    try (SegmentTracking tracking = new SegmentTracking(options)) {
      assertThat(tracking.space().setting("some-technique.setting")).contains("64");
      assertThat(tracking.space().name()).isEqualTo("cache");
    }
  }

  /** So that no technique is taken that misses what another thread stores while it asks. */
  @Test
  void noThreadOfTheProgramIsSaidToBeStopped() {
    try (SegmentTracking tracking = new SegmentTracking(SpaceOptions.named("cache"))) {
      assertThatThrownBy(
              () -> tracking.space().execution().stopWriters(StopPoint.POLL, Duration.ofMinutes(1)))
          .isInstanceOf(WritersNotStoppedException.class);
    }
  }

  @Test
  void aSettingThatNobodyKnowsIsRefusedWithTheNearest() {
    SpaceOptions options = SpaceOptions.named("cache").with("uffd-mode", "synchronous");
    assertThatThrownBy(() -> PageTracker.track(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the options of cache name 'uffd-mode', wanted a setting of those present:"
                + " did you mean uffd.mode?");
    assertThatThrownBy(() -> PageTracker.trackOrReportAll(options))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Though another technique is preferred here, which doesn't read it. */
  @Test
  void aValueThatNoSettingWantsIsRefused() {
    SpaceOptions options = SpaceOptions.named("cache").with("uffd.mode", "asynchronos");
    assertThatThrownBy(() -> PageTracker.track(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("setting uffd.mode is 'asynchronos', wanted ");
  }

  /** Nothing else can tell what a device or io_uring writes through a long-term pin. */
  @Test
  void pinsDeclaredAlwaysDirtyAreInEveryInterval() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(16 * PAGE, PAGE);
      try (PageTracker tracker = PageTracker.track(segment)) {
        tracker.declareAlwaysDirty(segment.asSlice(3 * PAGE + 5, PAGE));
        tracker.changes().commit();
        PageSet pinned = page(segment, 3).union(page(segment, 4));
        for (int round = 0; round < 3; round++) {
          try (Interval interval = tracker.changes()) {
            assertThat(interval.pages()).isEqualTo(pinned);
            interval.commit();
          }
        }
      }
    }
  }

  /** The addresses may be an ordinary buffer's by then. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasAlwaysDirtyIsSoNoLongerThanItsSegmentIsTracked(boolean closed) throws Exception {
    try (Arena mapping = Arena.ofShared();
        PageTracker tracker = PageTracker.track()) {
      MemorySegment memory = mapping.allocate(16 * PAGE, PAGE);
      Arena arena = Arena.ofShared();
      Region region = tracker.add(memory.reinterpret(arena, null));
      tracker.declareAlwaysDirty(memory.asSlice(3 * PAGE, PAGE));
      if (!closed) {
        tracker.remove(region);
      }
      arena.close();

      tracker.add(memory);
      tracker.changes().commit();
      assertThat(tracker.changes().pages()).isEqualTo(PageSet.empty());

      tracker.suspend();
      tracker.resume();
      tracker.changes().commit();
      assertThat(tracker.changes().pages()).as("after a restore").isEqualTo(PageSet.empty());
    }
  }
}
