package dev.ooh.machine.vmx;

/**
 * The exit qualification of an EPT violation (Intel SDM volume 3C, 28.2.1, table 28-7).
 *
 * <pre>
 *  63    9   8     7    6  5 4 3   2     1     0
 * +-------+-----+------+--+-+-+-+-----+-----+----+
 * |   0   |final|linear| 0|X|W|R|fetch|write|read|
 * +-------+-----+------+--+-+-+-+-----+-----+----+
 * </pre>
 *
 * Bits 5:3 are the rights that the entries used gave, ANDed. With accessed and dirty flags on, the
 * processor's access to a guest paging-structure entry sets bits 0 and 1.
 */
public final class EptViolation {
  /** The access was a data read. */
  public static final long READ = 1;

  /** The access was a data write. */
  public static final long WRITE = 1 << 1;

  /** The entries allowed reads. */
  public static final long READABLE = 1 << 3;

  /** The entries allowed writes. */
  public static final long WRITABLE = 1 << 4;

  /** The entries allowed fetches. */
  public static final long EXECUTABLE = 1 << 5;

  /** The VMCS field "guest-linear address" is valid. */
  public static final long LINEAR_ADDRESS_VALID = 1 << 7;

  /** The access was to what the linear address translates to, not to a paging-structure entry. */
  public static final long FINAL_ACCESS = 1 << 8;

  private EptViolation() {}

  /** The rights of an EPT entry (its bits 2:0), as bits 5:3 of the qualification. */
  public static long rights(long entryBits) {
    return (entryBits & 7) << 3;
  }
}
