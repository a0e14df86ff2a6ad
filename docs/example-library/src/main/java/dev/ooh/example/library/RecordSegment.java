package dev.ooh.example.library;

import dev.ooh.library.PageTracker;
import dev.ooh.library.Recording;
import dev.ooh.tracking.TrackingException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Records which pages of a segment a program writes, for {@code ooh replay}. */
public final class RecordSegment {
  private RecordSegment() {}

  public static void main(String[] arguments) throws IOException, TrackingException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(64L << 20, 4096);
      try (PageTracker tracker = PageTracker.track(segment);
          Recording recording = tracker.record(Path.of(arguments[0]), "my-program")) {
        tracker.changes().commit(); // the first interval is all pages, as none was armed before it
        for (int interval = 0; interval < 10; interval++) {
          work(segment, interval);
          tracker.changes().commit();
        }
      }
    }
  }

  private static void work(MemorySegment segment, int interval) {
    segment.set(ValueLayout.JAVA_LONG, interval * 4096L, interval);
  }
}
