package dev.ooh.image.writer;

import java.io.IOException;

/**
 * How pages come to lie in their file. {@link PagesWriter} cuts runs by {@link #piece} in one
 * thread while another is in {@link #write}; the two share nothing.
 */
interface PagesForm {
  /**
   * How many bytes of a run are gathered next, where so many are left of it and there is room for
   * so many: 0 where they are to be gathered in the next buffer, which has room.
   */
  int piece(long left, int room);

  /** Whether it takes pages that were gathered outside the heap. */
  boolean takesNative();

  /** Writes what was gathered. Called by one thread after the other. */
  void write(GatheredPages pages) throws IOException;

  /** Bytes in the file. */
  long written();
}
