package dev.ooh.machine.paging;

/**
 * The EPT pointer, a VMCS field (Intel SDM volume 3C, 25.6.11, table 25-9), as a raw {@code long}.
 *
 * <pre>
 *  63           46 45                    12 11     7 6    5          3 2           0
 * +---------------+------------------------+--------+----+------------+-------------+
 * | reserved: 0   | root table (HPA &gt;&gt; 12)  |  0     |A/D |walk len. -1| memory type |
 * +---------------+------------------------+--------+----+------------+-------------+
 * </pre>
 */
public final class Eptp {
  /** Bit 6: accessed and dirty flags are enabled. */
  public static final long ACCESSED_DIRTY = 1 << 6;

  private static final long WALK_LENGTH_4 = 3 << 3;
  private static final long WRITE_BACK = 6;
  private static final long FRAME_MASK = 0x3FFF_FFFF_F000L;

  private Eptp() {}

  /** A pointer to the root table at {@code hpa}: write-back, four levels. */
  public static long of(long hpa, boolean accessedDirty) {
    if ((hpa & ~FRAME_MASK) != 0) {
      throw new IllegalArgumentException(
          "EPT root at HPA 0x%x: must be 4 KiB-aligned and below 2^46".formatted(hpa));
    }
    return hpa | WALK_LENGTH_4 | WRITE_BACK | (accessedDirty ? ACCESSED_DIRTY : 0);
  }

  /** The HPA of the root table. */
  public static long root(long eptp) {
    return eptp & FRAME_MASK;
  }

  /** Whether accessed and dirty flags are enabled. */
  public static boolean accessedDirty(long eptp) {
    return (eptp & ACCESSED_DIRTY) != 0;
  }

  /**
   * Whether VM entry accepts {@code eptp} (27.2.1.1): memory type 0 or 6, 4 levels, no other bit.
   */
  public static boolean isValid(long eptp) {
    long type = eptp & 7;
    return (type == 0 || type == WRITE_BACK)
        && (eptp & 0x38) == WALK_LENGTH_4
        && (eptp & ~(FRAME_MASK | ACCESSED_DIRTY | 0x3F)) == 0;
  }
}
