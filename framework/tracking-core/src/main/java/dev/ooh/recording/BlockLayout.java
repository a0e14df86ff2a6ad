package dev.ooh.recording;

import dev.ooh.memory.PageSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The bytes of a recording: a header, then blocks. Everything is little-endian; what a block's
 * fields look like is {@link Packed}'s.
 *
 * <pre>
 *  header   0  "OOHPAGES"
 *           8  version, 32 bits
 *          12  CRC-32C of the 12 bytes before
 *  block    0  length of the fields, 32 bits
 *           4  CRC-32C of type and fields
 *           8  type, 8 bits
 *           9  fields
 * </pre>
 *
 * A block is written at once, so what a killed program leaves is whole but for its last block.
 */
final class BlockLayout {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 16;
  static final int FRAME_BYTES = 9;

  private static final long MAGIC = 0x5345474150484f4fL; // "OOHPAGES"
  private static final int MAGIC_BYTES = 8;
  private static final int CHECKED_BYTES = 12;

  private static final byte PROGRAM = 1;
  private static final byte WRITES = 2;
  private static final byte NAME = 3;
  private static final byte STORED = 4;
  private static final byte UNTRACKED = 5;
  private static final byte END = 6;

  private static final int EXACT = 1;
  private static final int SCAN_AS_BEFORE = 2;
  private static final int ARMS_ALL = 4;

  /** What the next interval's {@code scan} is compared with, so that it is told once. */
  private PageSet lastScan = PageSet.empty();

  private long lastEnd;

  static ByteBuffer header() {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(MAGIC).putInt(VERSION);
    header.putInt(checksum(header.slice(0, CHECKED_BYTES)));
    return header.flip();
  }

  /**
   * Checks the first bytes of a file, all {@value #HEADER_BYTES} of them or fewer.
   *
   * @throws RecordingException if it is no recording, one of another version, or damaged
   */
  static void check(String file, ByteBuffer header) throws RecordingException {
    header.order(ByteOrder.LITTLE_ENDIAN);
    if (header.remaining() == 0) {
      throw new RecordingException(file + " is empty, wanted a recording of ooh record");
    }
    int begun = Math.min(MAGIC_BYTES, header.remaining());
    if (!header.slice(0, begun).equals(header().slice(0, begun))) {
      throw new RecordingException(
          file + " is no recording: it doesn't begin with OOHPAGES, as those of ooh record do");
    }
    if (header.remaining() < HEADER_BYTES) {
      throw new RecordingException(
          "%s is cut short in its header: found %d bytes, wanted %d"
              .formatted(file, header.remaining(), HEADER_BYTES));
    }
    int found = header.getInt(CHECKED_BYTES);
    int wanted = checksum(header.slice(0, CHECKED_BYTES));
    if (found != wanted) {
      throw new RecordingException(
          "%s is damaged in its header: checksum is %08x, wanted %08x"
              .formatted(file, found, wanted));
    }
    int version = header.getInt(MAGIC_BYTES);
    if (version != VERSION) {
      throw new RecordingException(
          "%s is a recording of version %d, wanted version %d".formatted(file, version, VERSION));
    }
  }

  /** The bytes of {@code block}; blocks are packed in the order in which they are written. */
  ByteBuffer pack(Block block) {
    Packed fields = new Packed();
    byte type =
        switch (block) {
          case Block.Program it -> {
            forget();
            fields.text(it.experiment());
            fields.text(it.substrate());
            fields.text(it.technique());
            yield PROGRAM;
          }
          case Block.Writes it -> {
            pack(it, fields);
            yield WRITES;
          }
          case Block.Name it -> {
            fields.text(it.application());
            fields.text(it.configuration());
            yield NAME;
          }
          case Block.Stored it -> {
            fields.number(it.pages());
            yield STORED;
          }
          case Block.Untracked it -> {
            fields.number(it.nanosAnInterval());
            yield UNTRACKED;
          }
          case Block.End _ -> END;
        };
    byte[] bytes = fields.bytes();
    ByteBuffer packed =
        ByteBuffer.allocate(FRAME_BYTES + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    packed.putInt(bytes.length).putInt(0).put(type).put(bytes).flip();
    return packed.putInt(4, checksum(packed.slice(8, bytes.length + 1)));
  }

  private void pack(Block.Writes writes, Packed fields) {
    boolean sameScan = writes.scan().equals(lastScan);
    boolean armsAll = writes.arm().equals(writes.scan());
    fields.number(
        (writes.exact() ? EXACT : 0) | (sameScan ? SCAN_AS_BEFORE : 0) | (armsAll ? ARMS_ALL : 0));
    fields.number(Math.max(0, writes.endNanos() - lastEnd));
    fields.number(writes.fetchNanos());
    if (!sameScan) {
      fields.pages(writes.scan());
    }
    if (!armsAll) {
      fields.pages(writes.arm());
    }
    fields.pages(writes.written());
    lastScan = writes.scan();
    lastEnd = Math.max(lastEnd, writes.endNanos());
  }

  /**
   * The block of these bytes, behind the checksum; blocks are unpacked in order.
   *
   * @throws IllegalArgumentException if it is none of this version
   */
  Block unpack(ByteBuffer typeAndFields) {
    byte type = typeAndFields.get();
    return switch (type) {
      case PROGRAM -> {
        forget();
        yield new Block.Program(
            Packed.text(typeAndFields), Packed.text(typeAndFields), Packed.text(typeAndFields));
      }
      case WRITES -> unpackWrites(typeAndFields);
      case NAME -> new Block.Name(Packed.text(typeAndFields), Packed.text(typeAndFields));
      case STORED -> new Block.Stored(Packed.number(typeAndFields));
      case UNTRACKED -> new Block.Untracked(Packed.number(typeAndFields));
      case END -> new Block.End();
      default -> throw new IllegalArgumentException("a block is of type " + type);
    };
  }

  private Block.Writes unpackWrites(ByteBuffer fields) {
    long flags = Packed.number(fields);
    lastEnd += Packed.number(fields);
    long fetch = Packed.number(fields);
    if ((flags & SCAN_AS_BEFORE) == 0) {
      lastScan = Packed.pages(fields);
    }
    PageSet arm = (flags & ARMS_ALL) != 0 ? lastScan : Packed.pages(fields);
    PageSet written = Packed.pages(fields);
    return new Block.Writes(lastEnd, fetch, lastScan, arm, written, (flags & EXACT) != 0);
  }

  private void forget() {
    lastScan = PageSet.empty();
    lastEnd = 0;
  }

  static int checksum(ByteBuffer bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes.duplicate());
    return (int) sum.getValue();
  }
}
