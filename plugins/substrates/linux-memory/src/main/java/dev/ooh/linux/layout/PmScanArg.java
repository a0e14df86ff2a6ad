package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct pm_scan_arg} of {@code ioctl(PAGEMAP_SCAN)} (linux/fs.h), 96 bytes.
 *
 * <pre>
 *  0 size          8 flags         16 start           24 end
 * 32 walk_end     40 vec           48 vec_len         56 max_pages
 * 64 category_inverted             72 category_mask
 * 80 category_anyof_mask           88 return_mask
 * </pre>
 *
 * A page matches when {@code categories ^ inverted} has all of the mask and, if that is not 0, one
 * of anyof.
 */
public final class PmScanArg {
  public static final int BYTES = 96;

  /** {@code _IOWR('f', 16, struct pm_scan_arg)}. */
  public static final long PAGEMAP_SCAN = 0xC0606610L;

  /** Write-protect the pages that match. */
  public static final long PM_SCAN_WP_MATCHING = 1;

  /** Fail with EPERM on a page that is not registered for asynchronous write-protect. */
  public static final long PM_SCAN_CHECK_WPASYNC = 2;

  public static final long PAGE_IS_WRITTEN = 1 << 1;

  /** Not anonymous: the page is its file's, or shared memory's. */
  public static final long PAGE_IS_FILE = 1 << 2;

  public static final long PAGE_IS_PRESENT = 1 << 3;
  public static final long PAGE_IS_SWAPPED = 1 << 4;
  public static final long PAGE_IS_PFNZERO = 1 << 5;

  /** Mapped by an entry of the level above: a huge page in one piece. */
  public static final long PAGE_IS_HUGE = 1 << 6;

  public static final long PAGE_IS_SOFT_DIRTY = 1 << 7;

  private static final long SIZE = 0;
  private static final long FLAGS = 8;
  private static final long START = 16;
  private static final long END = 24;
  private static final long VEC = 40;
  private static final long VEC_LEN = 48;
  private static final long CATEGORY_INVERTED = 64;
  private static final long CATEGORY_MASK = 72;
  private static final long CATEGORY_ANYOF_MASK = 80;
  private static final long RETURN_MASK = 88;

  private PmScanArg() {}

  /**
   * Fills in what stays the same over the calls of a scan.
   *
   * @param returned the categories that the answer tells; pages in a row that agree in them are one
   *     region
   */
  public static void select(
      MemorySegment arg,
      long inverted,
      long mask,
      long anyOf,
      long returned,
      MemorySegment vector,
      long length) {
    arg.fill((byte) 0);
    arg.set(JAVA_LONG, SIZE, BYTES);
    arg.set(JAVA_LONG, VEC, vector.address());
    arg.set(JAVA_LONG, VEC_LEN, length);
    arg.set(JAVA_LONG, CATEGORY_INVERTED, inverted);
    arg.set(JAVA_LONG, CATEGORY_MASK, mask);
    arg.set(JAVA_LONG, CATEGORY_ANYOF_MASK, anyOf);
    arg.set(JAVA_LONG, RETURN_MASK, returned);
  }

  public static void range(MemorySegment arg, long flags, long start, long end) {
    arg.set(JAVA_LONG, FLAGS, flags);
    arg.set(JAVA_LONG, START, start);
    arg.set(JAVA_LONG, END, end);
  }
}
