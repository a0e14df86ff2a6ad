package dev.ooh.gc.policy;

/**
 * The word in front of every object, in tracked memory. Written once, when the object is allocated.
 *
 * <pre>
 *  63  62              32  31  30                 0
 * +---+------------------+---+---------------------+
 * | 1 |    references    | 0 |     data bytes      |
 * +---+------------------+---+---------------------+
 * </pre>
 *
 * Reference slots follow the header, the data bytes follow them. Bit 63 tells an object from zeroed
 * memory.
 */
public final class ObjectHeader {
  public static final int BYTES = 8;
  public static final int SLOT_BYTES = 8;

  /** Objects start at multiples of a granule, and a mark bit stands for one. */
  public static final int LOG_GRANULE = 4;

  public static final int GRANULE = 1 << LOG_GRANULE;

  private ObjectHeader() {}

  /** Neither count negative. */
  public static long of(int references, int dataBytes) {
    return Long.MIN_VALUE | ((long) references << 32) | dataBytes;
  }

  public static boolean isObject(long header) {
    return header < 0 && (int) header >= 0;
  }

  public static int references(long header) {
    return (int) (header >>> 32) & Integer.MAX_VALUE;
  }

  public static int dataBytes(long header) {
    return (int) header & Integer.MAX_VALUE;
  }

  /** Header, slots and data, rounded up to whole granules. */
  public static long objectBytes(int references, int dataBytes) {
    return (BYTES + (long) references * SLOT_BYTES + dataBytes + GRANULE - 1) & -GRANULE;
  }

  public static long objectBytes(long header) {
    return objectBytes(references(header), dataBytes(header));
  }

  /** The address of slot {@code index}. */
  public static long slot(long object, int index) {
    return object + BYTES + (long) index * SLOT_BYTES;
  }

  /** The address behind the last slot, where the data begins. */
  public static long data(long object, long header) {
    return slot(object, references(header));
  }
}
