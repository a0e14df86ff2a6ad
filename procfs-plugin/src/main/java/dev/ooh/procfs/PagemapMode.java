package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import java.util.List;

/** One of the two ways to read and re-arm. Called by one thread at a time. */
interface PagemapMode extends AutoCloseable {
  String name();

  boolean needsStoppedWriters();

  /** See {@link dev.ooh.tracking.TrackingSession#remarks}. For any thread. */
  default List<String> remarks() {
    return List.of();
  }

  /**
   * Reports at least the pages of {@code scan} that are in {@code armed} and were written; what it
   * disarms on the way it reports. What it reports of {@code arm} it may arm again.
   */
  Gathered collect(PageSet scan, PageSet arm, PageSet armed) throws TrackingException;

  /** Arms what {@link #collect} has not armed. */
  default void arm(PageSet fresh) throws TrackingException {}

  default void unmapped(PageSet pages) {}

  @Override
  void close();
}
