package dev.ooh.spp.hypervisor;

/**
 * An entry of the ring that has sub-pages of a frame; the kernel's own entries have bit 0 clear.
 *
 * <pre>
 *  63                              32 31                           1  0
 * +----------------------------------+------------------------------+--+
 * |        sub-pages written         |      frame (GPA &gt;&gt; 12)        |1 |
 * +----------------------------------+------------------------------+--+
 * </pre>
 */
public final class WrittenSubPages {
  private static final long PHYSICAL = 1;

  private WrittenSubPages() {}

  static long entry(int frame, int subPages) {
    return (long) subPages << 32 | (long) frame << 1 | PHYSICAL;
  }

  /** The GPA of the frame's first byte. */
  public static long gpa(long entry) {
    return (entry & 0xFFFF_FFFEL) << 11;
  }

  /** The sub-pages, a mask of 32 bits. */
  public static int subPages(long entry) {
    return (int) (entry >>> 32);
  }
}
