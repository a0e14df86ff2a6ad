package dev.ooh.gc.policy;

import dev.ooh.memory.Memory;

/**
 * What an object is: a fixed number of reference slots of eight bytes from its address on, then
 * data bytes. How many of each, its block's kind says, or the header in front of it. For any
 * thread.
 */
public final class ObjectModel {
  private final Memory memory;
  private final Blocks blocks;

  public ObjectModel(Memory memory, Blocks blocks) {
    this.memory = memory;
    this.blocks = blocks;
  }

  /** The address of slot {@code index}. */
  public static long slot(long object, int index) {
    return object + (long) index * Long.BYTES;
  }

  /** How many slots {@code object} has. */
  public int references(long object) {
    int references = Kinds.references(kind(object));
    return references >= 0 ? references : ObjectHeader.references(header(object));
  }

  public int dataBytes(long object) {
    int bytes = Kinds.dataBytes(kind(object));
    return bytes >= 0 ? bytes : ObjectHeader.dataBytes(header(object));
  }

  /** The address behind the last slot, where the data begins. */
  public long data(long object) {
    return slot(object, references(object));
  }

  private int kind(long object) {
    return blocks.kind((int) ((object - blocks.base()) >>> Blocks.LOG_BLOCK_BYTES));
  }

  private long header(long object) {
    long header = memory.getLong(object - ObjectHeader.BYTES);
    if (!ObjectHeader.isHeader(header)) {
      throw new IllegalStateException(
          "reference is 0x%x, in front of which is 0x%x, no header".formatted(object, header));
    }
    return header;
  }
}
