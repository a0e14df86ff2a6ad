package dev.ooh.spp.cpu;

/**
 * An entry of the sub-page-permission table, SPPT (Intel SDM volume 3C, 29.3.4.2), as a raw {@code
 * long}. The table has four levels, indexed by the same bits of a GPA as the EPT.
 *
 * <pre>
 * levels 4 to 2
 *  63           46 45                    12 11                        1  0
 * +---------------+------------------------+---------------------------+--+
 * | reserved: 0   | table (HPA &gt;&gt; 12)       |        reserved: 0        |V |    V: valid
 * +---------------+------------------------+---------------------------+--+
 *
 * level 1: a page's write permissions
 *  63 62 61 60                             3  2  1  0
 * +--+--+--+--+--------- ... -------------+--+--+--+--+
 * |0 |31|0 |30|                           |0 |1 |0 |0 |    bit 2i: sub-page i can be written
 * +--+--+--+--+--------- ... -------------+--+--+--+--+    odd bits: reserved
 * </pre>
 */
public final class SpptEntry {
  /** V: the entry refers to a table. */
  public static final long VALID = 1;

  private static final long TABLE = 0x3FFF_FFFF_F000L;
  private static final long RESERVED = ~(TABLE | VALID);
  private static final long RESERVED_OF_VECTOR = 0xAAAA_AAAA_AAAA_AAAAL;

  private SpptEntry() {}

  /** An entry that refers to the table at {@code hpa}, a multiple of 4096 below 2^46. */
  public static long table(long hpa) {
    return hpa & TABLE | VALID;
  }

  /** The HPA of the table that {@code entry}, or the VMCS's SPPT pointer, names. */
  public static long address(long entry) {
    return entry & TABLE;
  }

  /** Whether an {@code entry} of level 4, 3 or 2 is valid; else the walk misses. */
  static boolean isValid(long entry) {
    return (entry & VALID) != 0;
  }

  /** Whether a valid {@code entry} of {@code level} has a reserved bit set. */
  static boolean isMisconfigured(long entry, int level) {
    return (entry & (level == 1 ? RESERVED_OF_VECTOR : RESERVED)) != 0;
  }

  /** The index into the table of {@code level} (4 is the root, 1 the last) for {@code gpa}. */
  public static int index(long gpa, int level) {
    return (int) (gpa >>> (3 + 9 * level)) & 511;
  }

  /** The vector by which {@code writable} sub-pages can be written; see {@link SubPages}. */
  public static long vector(int writable) {
    long spread = writable & 0xFFFF_FFFFL;
    // Spreads 32 bits to the even ones of 64, half by half.
    spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFFL;
    spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FFL;
    spread = (spread | spread << 4) & 0x0F0F_0F0F_0F0F_0F0FL;
    spread = (spread | spread << 2) & 0x3333_3333_3333_3333L;
    return (spread | spread << 1) & 0x5555_5555_5555_5555L;
  }

  /** Whether {@code vector} lets sub-page {@code index} be written. */
  static boolean isWritable(long vector, int index) {
    return (vector >>> 2 * index & 1) != 0;
  }
}
