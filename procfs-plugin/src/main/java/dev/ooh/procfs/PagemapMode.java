package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;
import java.util.Optional;

/** One of the two ways to read and re-arm. Called by one thread at a time. */
interface PagemapMode extends AutoCloseable {
  String name();

  boolean needsStoppedWriters();

  /**
   * Reports at least the pages of {@code scan} that are in {@code armed} and were written; leaves
   * {@code arm} armed. What it disarms on the way it reports.
   */
  PageSet collect(PageSet scan, PageSet arm, PageSet armed) throws TrackingException;

  /** Why pages may be missing from what was collected since this was last asked. */
  Optional<String> lost();

  void unmapped(PageSet pages);

  @Override
  void close();
}
