package dev.ooh.example.library;

import dev.ooh.library.PageTracker;
import dev.ooh.memory.Interval;
import dev.ooh.tracking.TrackingException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Prints which pages of a segment changed between two questions. */
public final class TrackSegment {
  private TrackSegment() {}

  public static void main(String[] arguments) throws TrackingException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(64L << 20, 4096);
      try (PageTracker tracker = PageTracker.track(segment)) {
        tracker.changes().commit(); // the first interval is everything
        segment.set(ValueLayout.JAVA_LONG, 5 * 4096, 42);
        try (Interval changed = tracker.changes()) {
          changed.pages().forEachRun((start, end) -> save(segment, start, end));
          changed.commit(); // else these pages are in the next interval again
        }
      }
    }
  }

  private static void save(MemorySegment segment, long start, long end) {
    System.out.println(
        "changed: bytes %d to %d".formatted(start - segment.address(), end - segment.address()));
  }
}
