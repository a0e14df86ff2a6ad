package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct page_region}, an element of PAGEMAP_SCAN's answer (linux/fs.h), 24 bytes.
 *
 * <pre>
 *  0 start    8 end (exclusive)    16 categories
 * </pre>
 */
public final class PageRegion {
  public static final int BYTES = 24;

  private PageRegion() {}

  public static long start(MemorySegment vector, long index) {
    return vector.get(JAVA_LONG, index * BYTES);
  }

  public static long end(MemorySegment vector, long index) {
    return vector.get(JAVA_LONG, index * BYTES + 8);
  }
}
