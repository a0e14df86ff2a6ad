package dev.ooh.conformance;

/** What is behind a slot of a {@link World}. */
public enum Backing {
  ANONYMOUS,
  /** Anonymous, and the substrate may take huge pages for it. */
  HUGE,
  /** The same from amid 2 MiB on, so that no huge page is at the region's start. */
  SHIFTED_HUGE,
  /**
   * The world's one file, so that several slots are aliases of each other; where a mapping knows
   * nothing of the others of its file, a memfd of its own.
   */
  SHARED
}
