package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  void refusesWhatItCannotTrack() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(4 * PAGE, PAGE);
      assertThatThrownBy(() -> PageTracker.track(MemorySegment.ofArray(new byte[PAGE])))
          .isInstanceOf(TrackingException.class)
          .hasMessageContaining("wanted a non-empty native segment");
      assertThatThrownBy(() -> PageTracker.track(segment, segment.asSlice(PAGE)))
          .isInstanceOf(TrackingException.class)
          .hasMessageContaining("shares a page with");
    }
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
}
