package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.recording.Block;
import dev.ooh.recording.RecordingReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingOfAProgramTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  @TempDir private Path folder;

  @Test
  void eachQuestionIsAnIntervalOfThePagesThatWereWritten() throws Exception {
    Path file = folder.resolve("r");
    long start;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(64 * PAGE, PAGE);
      start = segment.address();
      try (PageTracker tracker = PageTracker.track(segment)) {
        try (Recording recording = tracker.record(file, "mine")) {
          tracker.changes().commit();
          for (int page : new int[] {5, 9}) {
            segment.set(ValueLayout.JAVA_LONG, page * PAGE, 42);
            tracker.changes().commit();
          }
          recording.untracked(Duration.ofMillis(2));
        }
        segment.set(ValueLayout.JAVA_LONG, 11 * PAGE, 42); // tracked, but no more recorded
        try (Interval after = tracker.changes()) {
          assertThat(after.pages().pageCount()).isEqualTo(1);
        }
      }
    }
    List<Block> blocks = read(file);
    assertThat(blocks).first().isInstanceOf(Block.Program.class);
    assertThat(blocks).contains(new Block.Name("mine", "own"), new Block.Untracked(2_000_000));
    assertThat(blocks).last().isEqualTo(new Block.End());
    List<Block.Writes> intervals =
        blocks.stream()
            .filter(Block.Writes.class::isInstance)
            .map(Block.Writes.class::cast)
            .toList();
    assertThat(intervals).hasSize(3);
    assertThat(intervals.stream().skip(1))
        .extracting(Block.Writes::written)
        .containsExactly(page(start, 5), page(start, 9));
    assertThat(intervals.get(1).exact()).isTrue();
  }

  private static PageSet page(long start, long index) {
    return PageSet.builder().addPage(start + index * PAGE).build();
  }

  private static List<Block> read(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    try (RecordingReader reader = new RecordingReader(file)) {
      for (Optional<Block> next = reader.next(); next.isPresent(); next = reader.next()) {
        blocks.add(next.get());
      }
    }
    return blocks;
  }
}
