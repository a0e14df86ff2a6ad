package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;

/** One of the two ways to read and re-arm. Called by one thread at a time. */
interface PagemapMode extends AutoCloseable {
  String name();

  boolean needsStoppedWriters();

  /**
   * Reports at least the pages of {@code scan} that are in {@code armed} and were written; leaves
   * {@code arm} armed. What it disarms on the way it reports.
   */
  PageSet collect(PageSet scan, PageSet arm, PageSet armed) throws TrackingException;

  void unmapped(PageSet pages);

  @Override
  void close();
}
