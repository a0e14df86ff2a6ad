package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Thousands of segments with holes between them, each of which splits a mapping. */
class ManySegmentsTest {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int SEGMENTS = 5_000;

  @Test
  void areTrackedEach() throws Exception {
    try (Arena arena = Arena.ofShared();
        PageTracker tracker = PageTracker.track()) {
      MemorySegment all = arena.allocate(2L * SEGMENTS * PAGE, PAGE);
      for (int i = 0; i < SEGMENTS; i++) {
        tracker.add(all.asSlice(2L * i * PAGE, PAGE));
      }
      try (Interval first = tracker.changes()) {
        assertThat(first.pages().pageCount()).isEqualTo(SEGMENTS);
        first.commit();
      }
      for (int i = 0; i < SEGMENTS; i += 10) {
        all.set(ValueLayout.JAVA_INT, 2L * i * PAGE, 1);
      }
      try (Interval changed = tracker.changes()) {
        assertThat(changed.pages().pageCount()).isEqualTo(SEGMENTS / 10);
        assertThat(changed.reasons()).isEmpty();
      }
    }
  }
}
