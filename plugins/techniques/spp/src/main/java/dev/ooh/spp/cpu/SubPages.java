package dev.ooh.spp.cpu;

/**
 * The 32 sub-pages of a page, of 128 bytes each, as a mask of 32 bits: bit <i>i</i> is the sub-page
 * at offset 128 × <i>i</i>.
 */
public final class SubPages {
  /** Bytes of a sub-page. */
  public static final int BYTES = 128;

  /** Sub-pages of a page. */
  public static final int COUNT = 32;

  /** All of them. */
  public static final int ALL = -1;

  private static final int SHIFT = 7;

  private SubPages() {}

  /** The number of the sub-page of {@code address}: bits 11:7. */
  public static int index(long address) {
    return (int) (address >>> SHIFT) & (COUNT - 1);
  }

  /**
   * The sub-pages of the block of {@code address}, of which a page has a whole number.
   *
   * @param bytes of a block: a power of two from 128 to 4096
   */
  public static int block(long address, int bytes) {
    int count = bytes / BYTES;
    int mask = count == COUNT ? ALL : (1 << count) - 1;
    return mask << (index(address) & -count);
  }
}
