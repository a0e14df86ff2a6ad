package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import dev.ooh.metering.TrackingMeters;
import dev.ooh.tracking.TrackingStatistics;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** A program without OSGi meters its tracker. */
class MetersTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  @Test
  void aTrackerIsMeteredAndTellsItsHistory() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    TrackingMeters meters = new TrackingMeters();
    meters.bindTo(registry);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(8 * PAGE, PAGE);
      try (PageTracker tracker = PageTracker.track(segment)) {
        meters.watch(tracker.control());
        tracker.addObserver(meters);
        tracker.changes().commit();
        tracker.changes().close();
        TrackingStatistics counts = tracker.statistics();
        assertThat(counts.fetches()).isEqualTo(2);
        assertThat(counts.committed()).isEqualTo(1);
        assertThat(counts.aborted()).isEqualTo(1);
        assertThat(counts.pagesReported()).isEqualTo(8);
        assertThat(tracker.history()).containsExactly("opened procfs");
        tracker.use("uffd");
        assertThat(tracker.history()).contains("switched from procfs to uffd");
        tracker.changes().commit();
      }
    }
    // What was counted until the end came by the observer, without a refresh.
    double fetches =
        registry.getMeters().stream()
            .filter(meter -> meter.getId().getName().endsWith("fetches"))
            .flatMap(meter -> StreamSupport.stream(meter.measure().spliterator(), false))
            .mapToDouble(Measurement::getValue)
            .sum();
    assertThat(fetches).isEqualTo(3);
  }
}
