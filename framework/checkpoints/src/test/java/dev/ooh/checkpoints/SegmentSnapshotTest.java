package dev.ooh.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.library.PageTracker;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** What is not as it was when it was last asked what changed, when a snapshot begins. */
class SegmentSnapshotTest {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int PAGES = 16;

  @Test
  void whatOthersWereToldAndWhatIsAlwaysDirtyIsLate() throws Exception {
    try (Arena arena = Arena.ofShared();
        PageTracker tracker = PageTracker.track()) {
      CopyBeforeWrite copies = tracker.copyBeforeWrite().orElseThrow();
      assumeTrue(copies.refusal().isEmpty(), () -> copies.refusal().orElseThrow());
      MemorySegment memory = arena.allocate((long) PAGES * PAGE, PAGE);
      Segments segments = new Segments();
      segments.track(tracker);
      Region image = new Region("s", memory.address(), memory.byteSize());
      segments.add(image, memory, false);
      segments.use("uffd");
      segments.changed(pages -> {});
      tracker.declareAlwaysDirty(memory.asSlice(2 * PAGE, PAGE));
      segments.changed(pages -> {});
      try (SegmentSnapshot snapshot =
          new SegmentSnapshot(segments, copies.prepare(segments.pages(), 1 << 20))) {
        memory.set(ValueLayout.JAVA_LONG, 5 * PAGE, 7);
        // As when another consumer asks: it is armed again, and owed to this one.
        assertThat(segments.owed()).isEqualTo(page(image, 2).union(page(image, 5)));
        memory.set(ValueLayout.JAVA_LONG, 9 * PAGE, 8);
        snapshot.begin();
        memory.set(ValueLayout.JAVA_LONG, 5 * PAGE, 9);
        assertThat(snapshot.late())
            .isEqualTo(page(image, 2).union(page(image, 5)).union(page(image, 9)));
        byte[] copied = new byte[PAGE];
        snapshot.read(image.start() + 5 * PAGE, copied, 0, PAGE);
        assertThat(copied[0]).isEqualTo((byte) 7);
      }
      assertThat(segments.changed(pages -> {}))
          .as("asking for a snapshot forgets nothing")
          .isEqualTo(page(image, 2).union(page(image, 5)).union(page(image, 9)));
    }
  }

  @Test
  void whatCouldNotBeTakenOverIsToldAgain() throws Exception {
    try (Arena arena = Arena.ofShared();
        PageTracker tracker = PageTracker.track()) {
      MemorySegment memory = arena.allocate((long) PAGES * PAGE, PAGE);
      Segments segments = new Segments();
      segments.track(tracker);
      Region image = new Region("s", memory.address(), memory.byteSize());
      segments.add(image, memory, false);
      segments.changed(pages -> {});
      memory.set(ValueLayout.JAVA_LONG, 5 * PAGE, 7);
      assertThatThrownBy(
              () ->
                  segments.changed(
                      pages -> {
                        throw new OutOfMemoryError("no room to owe them");
                      }))
          .isInstanceOf(OutOfMemoryError.class);
      assertThat(segments.changed(pages -> {}).intersect(page(image, 5))).isEqualTo(page(image, 5));
    }
  }

  private static PageSet page(Region image, int number) {
    return PageSet.of(
        image.start() + (long) number * PAGE, image.start() + (long) (number + 1) * PAGE);
  }
}
