package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of segments with holes between them, each of which splits a mapping. */
class ManySegmentsTest {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int SEGMENTS = 5_000;

  /**
   * Twice as many are twice the work, of adding them and of two questions. Work is counted by what
   * is allocated, which does not hang on how busy the machine is; what copies all for each one
   * would allocate four times as much.
   */
  @ParameterizedTest
  @ValueSource(strings = {"procfs", "uffd"})
  void areWorkInProportion(String technique) throws Exception {
    try (PageTracker tracker = PageTracker.track()) {
      assumeTrue(works(tracker, technique));
    }
    allocatedFor(100, technique); // What is loaded first.
    long once = allocatedFor(1_000, technique);
    long twice = allocatedFor(2_000, technique);
    assertThat((double) twice / once).isLessThan(2.8);
  }

  private static boolean works(PageTracker tracker, String technique) {
    try {
      tracker.use(technique);
      return true;
    } catch (TrackingException e) {
      return false;
    }
  }

  private static long allocatedFor(int segments, String technique) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofShared();
        PageTracker tracker = PageTracker.track()) {
      tracker.use(technique);
      MemorySegment all = arena.allocate(2L * segments * PAGE, PAGE);
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < segments; i++) {
        tracker.add(all.asSlice(2L * i * PAGE, PAGE));
      }
      tracker.changes().commit();
      tracker.changes().commit();
      return threads.getCurrentThreadAllocatedBytes() - before;
    }
  }

  /** The JVM would die of the first mapping that it is refused. */
  @Test
  void areRefusedBeforeTheKernelsLimitOfMappingsIsReached(@TempDir Path folder) throws Exception {
    int limit =
        Integer.parseInt(
            Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst().strip());
    assumeTrue(limit <= 1 << 17, "vm.max_map_count is raised: it would take too many segments");
    Path file = folder.resolve("sparse");
    try (FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.SPARSE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        Arena arena = Arena.ofShared();
        PageTracker tracker = PageTracker.track()) {
      MemorySegment all =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) limit * PAGE, arena);
      int added = 0;
      TrackingException refusal = null;
      while (refusal == null && added < limit / 2) {
        try {
          tracker.add(all.asSlice(2L * added * PAGE, PAGE));
          added++;
        } catch (TrackingException e) {
          refusal = e;
        }
      }
      assertThat(added).isBetween(limit / 4, limit / 2 - 1);
      assertThat(refusal)
          .hasMessageContaining("of at most %d", limit)
          .hasMessageContaining("tracking it splits mappings");
      assertThat(refusal.remedy()).contains("sysctl -w vm.max_map_count=", "fewer and larger");
    }
  }

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
