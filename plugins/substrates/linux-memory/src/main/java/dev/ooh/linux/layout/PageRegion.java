package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ooh.memory.PageSet;
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

  /** {@link #BYTES} in 64-bit words. */
  public static final int WORDS = 3;

  private PageRegion() {}

  /**
   * Adds the first {@code count} elements to {@code runs}.
   *
   * @param words as long as the vector, overwritten: a copy in one piece is quick before the JVM
   *     has compiled anything, an access to native memory is not
   */
  public static void addTo(PageSet.Builder runs, MemorySegment vector, int count, long[] words) {
    MemorySegment.copy(vector, JAVA_LONG, 0, words, 0, count * WORDS);
    runs.addAscending(words, WORDS, count);
  }

  public static long end(MemorySegment vector, long index) {
    return vector.get(JAVA_LONG, index * BYTES + 8);
  }
}
