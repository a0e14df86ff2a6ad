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

  /**
   * As above, of those elements only whose categories have one of {@code anyOf} and none of {@code
   * noneOf}.
   */
  public static void addTo(
      PageSet.Builder runs,
      MemorySegment vector,
      int count,
      long[] words,
      long anyOf,
      long noneOf) {
    MemorySegment.copy(vector, JAVA_LONG, 0, words, 0, count * WORDS);
    int kept = 0;
    for (int from = 0; from < count * WORDS; from += WORDS) {
      long categories = words[from + 2];
      if ((categories & anyOf) != 0 && (categories & noneOf) == 0) {
        words[kept++] = words[from];
        words[kept++] = words[from + 1];
      }
    }
    runs.addAscending(words, 2, kept / 2);
  }

  public static long end(MemorySegment vector, long index) {
    return vector.get(JAVA_LONG, index * BYTES + 8);
  }
}
