package dev.ooh.machine.kernel;

/**
 * An entry of {@code /proc/PID/pagemap} (Linux Documentation/admin-guide/mm/pagemap.rst), as a raw
 * {@code long}.
 *
 * <pre>
 *  63      62      61        58 57      56        55         54                0
 * +-------+-------+--+---------+-------+---------+----------+-------------------+
 * |present|swapped|sh|    0    |uffd-wp|exclusive|soft-dirty| frame (GPA &gt;&gt; 12)  |
 * +-------+-------+--+---------+-------+---------+----------+-------------------+
 * </pre>
 */
public final class PagemapEntry {
  public static final long PRESENT = 1L << 63;

  /** The page is a file's, or shared anonymous memory. */
  public static final long SHARED = 1L << 61;

  public static final long UFFD_WRITE_PROTECTED = 1L << 57;

  /** No other page maps the frame. */
  public static final long EXCLUSIVE = 1L << 56;

  public static final long SOFT_DIRTY = 1L << 55;

  private static final long FRAME_MASK = (1L << 55) - 1;

  private PagemapEntry() {}

  static long of(long gpa, long flags) {
    return gpa >>> 12 | flags;
  }

  public static boolean isSoftDirty(long entry) {
    return (entry & SOFT_DIRTY) != 0;
  }
}
