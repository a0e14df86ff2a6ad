package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code vma.proto}, its required fields: one mapping.
 *
 * <pre>
 * field  type    name
 * 1      uint64  start
 * 2      uint64  end, exclusive
 * 3      uint64  pgoff
 * 4      uint64  shmid
 * 5      uint32  prot, of mmap(2)
 * 6      uint32  flags, of mmap(2)
 * 7      uint32  status: 1 regular, 4 vsyscall, 200H private and anonymous
 * 8      sint64  fd, −1 for none
 * </pre>
 */
record VmaEntry(long start, long end, int protection, int flags, int status)
    implements ImageMessage {
  private static final int START = 1;
  private static final int END = 2;
  private static final int PGOFF = 3;
  private static final int SHMID = 4;
  private static final int PROT = 5;
  private static final int FLAGS = 6;
  private static final int STATUS = 7;
  private static final int FD = 8;

  private static final int PROT_READ_WRITE = 3;
  private static final int PROT_READ_EXECUTE = 5;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int AREA_REGULAR = 1;
  private static final int AREA_VSYSCALL = 1 << 2;
  private static final int ANONYMOUS_PRIVATE = 1 << 9;
  private static final long VSYSCALL = 0xffffffffff600000L;
  private static final int NO_FILE = -1;

  /** A mapping of tracked memory. */
  static VmaEntry anonymous(long start, long end) {
    return new VmaEntry(
        start, end, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, AREA_REGULAR | ANONYMOUS_PRIVATE);
  }

  /**
   * The mapping that Linux puts above all others of a process on x86-64; {@code crit x DIR rss}
   * relies on one above the last dumped page.
   */
  static VmaEntry vsyscall() {
    return new VmaEntry(
        VSYSCALL,
        VSYSCALL + 4096,
        PROT_READ_EXECUTE,
        MAP_PRIVATE_ANONYMOUS,
        AREA_VSYSCALL | ANONYMOUS_PRIVATE);
  }

  boolean isRegular() {
    return (status & AREA_REGULAR) != 0;
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeUInt64(START, start);
    out.writeUInt64(END, end);
    out.writeUInt64(PGOFF, 0);
    out.writeUInt64(SHMID, 0);
    out.writeUInt32(PROT, protection);
    out.writeUInt32(FLAGS, flags);
    out.writeUInt32(STATUS, status);
    out.writeSInt64(FD, NO_FILE);
  }

  static VmaEntry parse(MessageReader in) throws ImageException {
    long start = 0;
    long end = 0;
    int protection = 0;
    int flags = 0;
    int status = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case START -> start = in.uint64();
        case END -> end = in.uint64();
        case PROT -> protection = in.uint32();
        case FLAGS -> flags = in.uint32();
        case STATUS -> status = in.uint32();
        default -> in.skip();
      }
    }
    in.require(START, "start");
    in.require(END, "end");
    in.require(STATUS, "status");
    return new VmaEntry(start, end, protection, flags, status);
  }
}
