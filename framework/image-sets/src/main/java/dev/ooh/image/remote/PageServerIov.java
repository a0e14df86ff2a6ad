package dev.ooh.image.remote;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct page_server_iov} of CRIU's {@code page-xfer.c}: what a client of a page server asks
 * for. Little-endian. There is no negotiation: both sides must have the same version.
 *
 * <pre>
 * CRIU 4.2 and above
 *  0         4         8              16            24           32
 *  ├─ u32 cmd ┼ padding ┼ u64 nr_pages ┼ u64 vaddr   ┼ u64 dst_id ┤
 *
 * CRIU up to 4.1.1
 *  0         4              8           16           24
 *  ├─ u32 cmd ┼ u32 nr_pages ┼ u64 vaddr ┼ u64 dst_id ┤
 *
 * cmd      31      16 15       0      dst_id   63        8 7      0
 *          ├─ flags ─┼ command ┤               ├─── id ────┼─ type ─┤
 * </pre>
 *
 * @param command one of {@link #OPEN} and so on
 * @param flags of a run of pages, as in a pagemap
 * @param pages how many
 * @param address of the first
 * @param destination which pagemap they belong to
 */
record PageServerIov(int command, int flags, long pages, long address, long destination) {
  static final int ADD = 1;
  static final int HOLE = 2;
  static final int OPEN = 3;

  /** As OPEN; the answer is a byte: whether there is a parent. */
  static final int OPEN2 = 4;

  /** The answer is an int32: whether there is a parent. */
  static final int PARENT = 5;

  /** With flags; the pages follow if they are present. */
  static final int ADD_F = 6;

  static final int GET = 7;

  /** The answer is an int32 of 0: everything was received. */
  static final int CLOSE = 0x1023;

  static final int FORCE_CLOSE = 0x1024;

  static final int IN_PARENT = 1;
  static final int PRESENT = 4;

  static final int TYPE_PID = 1;
  static final int TYPE_SHMEM = 2;

  private static final int COMMAND_BITS = 16;
  private static final int COMMAND_MASK = (1 << COMMAND_BITS) - 1;
  private static final int TYPE_BITS = 8;
  private static final int TYPE_MASK = (1 << TYPE_BITS) - 1;
  private static final int COMMAND_AT = 0;

  /** Which of the two layouts. */
  enum Version {
    UP_TO_4_1_1(24, 4, 8, 16),
    FROM_4_2(32, 8, 16, 24);

    final int bytes;
    private final int pagesAt;
    private final int addressAt;
    private final int destinationAt;

    Version(int bytes, int pagesAt, int addressAt, int destinationAt) {
      this.bytes = bytes;
      this.pagesAt = pagesAt;
      this.addressAt = addressAt;
      this.destinationAt = destinationAt;
    }

    /**
     * Which one a client has, by the first {@code UP_TO_4_1_1.bytes} of its first request: where
     * the old layout has the type of a destination, which is never 0 (but in a closing that comes
     * first), the new one has the lowest byte of a page's address, which always is.
     */
    static Version of(byte[] start) {
      return (start[UP_TO_4_1_1.destinationAt] & TYPE_MASK) == 0 ? FROM_4_2 : UP_TO_4_1_1;
    }
  }

  /** Whether a request that begins so is the last one; both versions have its command there. */
  static boolean isClosing(byte[] start) {
    int word = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt(COMMAND_AT);
    int command = word & COMMAND_MASK;
    return command == CLOSE || command == FORCE_CLOSE;
  }

  static PageServerIov request(int command, long destination) {
    return new PageServerIov(command, 0, 0, 0, destination);
  }

  static long destination(int type, long id) {
    return id << TYPE_BITS | type;
  }

  int type() {
    return (int) (destination & TYPE_MASK);
  }

  long id() {
    return destination >>> TYPE_BITS;
  }

  byte[] toBytes(Version version) {
    ByteBuffer out = ByteBuffer.allocate(version.bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(COMMAND_AT, flags << COMMAND_BITS | command);
    if (version == Version.FROM_4_2) {
      out.putLong(version.pagesAt, pages);
    } else {
      out.putInt(version.pagesAt, Math.toIntExact(pages));
    }
    out.putLong(version.addressAt, address).putLong(version.destinationAt, destination);
    return out.array();
  }

  static PageServerIov parse(byte[] bytes, Version version) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int word = in.getInt(COMMAND_AT);
    long pages =
        version == Version.FROM_4_2
            ? in.getLong(version.pagesAt)
            : Integer.toUnsignedLong(in.getInt(version.pagesAt));
    return new PageServerIov(
        word & COMMAND_MASK,
        word >>> COMMAND_BITS,
        pages,
        in.getLong(version.addressAt),
        in.getLong(version.destinationAt));
  }
}
