package dev.ooh.gc.policy;

/**
 * The word in front of an object of a headed kind, in tracked memory. Written once, when the object
 * is allocated.
 *
 * <pre>
 *  63  62              32  31  30                 0
 * +---+------------------+---+---------------------+
 * | 1 |    references    | 0 |     data bytes      |
 * +---+------------------+---+---------------------+
 * </pre>
 *
 * Bit 63 tells a header from zeroed memory.
 */
public final class ObjectHeader {
  public static final int BYTES = 8;

  /** Objects start at multiples of a granule, and a mark bit stands for one. */
  public static final int LOG_GRANULE = 3;

  public static final int GRANULE = 1 << LOG_GRANULE;

  private ObjectHeader() {}

  /** Neither count negative. */
  public static long of(int references, int dataBytes) {
    return Long.MIN_VALUE | ((long) references << 32) | dataBytes;
  }

  public static boolean isHeader(long word) {
    return word < 0 && (int) word >= 0;
  }

  public static int references(long header) {
    return (int) (header >>> 32) & Integer.MAX_VALUE;
  }

  public static int dataBytes(long header) {
    return (int) header & Integer.MAX_VALUE;
  }

  /** Header, slots and data, rounded up to whole granules. */
  public static long cellBytes(int references, int dataBytes) {
    return (BYTES + (long) references * Long.BYTES + dataBytes + GRANULE - 1) & -GRANULE;
  }
}
