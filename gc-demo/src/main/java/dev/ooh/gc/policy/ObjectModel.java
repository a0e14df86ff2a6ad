package dev.ooh.gc.policy;

import dev.ooh.memory.Memory;
import java.lang.invoke.VarHandle;

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

  /** Whether an object may begin there: at a cell of its block, behind a header if it has one. */
  public boolean isObject(long address) {
    return blocks.contains(address) && owner(address) == address;
  }

  /** The object in whose cell or blocks an address of the heap is; 0 for none. */
  long owner(long address) {
    int block = first(address);
    int kind = blocks.kind(block);
    long object = place(address, block, kind);
    boolean begun =
        object == 0
            || !Kinds.isHeaded(kind)
            || fits(object, memory.getLong(object - ObjectHeader.BYTES));
    return begun ? object : 0;
  }

  /**
   * Where the object would begin in whose cell or blocks {@code address} is; 0 for none. Takes any
   * address, and reads no memory of the heap: there may be no object.
   */
  public long cell(long address) {
    if (!blocks.contains(address)) {
      return 0;
    }
    // Each is looked at once, as it may change.
    int block = first(address);
    long object = place(address, block, blocks.kind(block));
    return address < object ? 0 : object;
  }

  /**
   * Whether {@code address}, for which {@link #cell} is {@code object}, is one of its bytes: what
   * follows an object is not of it. The object may be long dead, or none. Beside the program, which
   * may be making another one of the cell, the answer is about one of them.
   */
  public boolean encloses(long object, long address) {
    int kind = kind(object);
    if (Kinds.references(kind) == Kinds.NO_OBJECT) {
      return false;
    }
    long bytes = (long) Kinds.references(kind) * Long.BYTES + Kinds.dataBytes(kind);
    if (Kinds.isHeaded(kind)) {
      long header = memory.getLong(object - ObjectHeader.BYTES);
      if (!ObjectHeader.isHeader(header)) {
        return false;
      }
      bytes = (long) ObjectHeader.references(header) * Long.BYTES + ObjectHeader.dataBytes(header);
    }
    // One without any bytes still has an address.
    return address == object || address < object + bytes;
  }

  /**
   * The block of an address, or the first one of its large object. Beside the program, which may be
   * using the block for something else now, that one is not always the first of a large object; it
   * is where a block is, and not above that of the address.
   */
  private int first(long address) {
    int block = blocks.of(address);
    if (blocks.kind(block) != Kinds.LARGE_REST) {
      return block;
    }
    VarHandle.acquireFence();
    int first = blocks.link(block);
    return first >= 0 && first <= block ? first : block;
  }

  /** Where an object begins, or would, in the cell or blocks of {@code address}; 0 for nowhere. */
  private long place(long address, int block, int kind) {
    if (Kinds.references(kind) == Kinds.NO_OBJECT) {
      return 0;
    }
    int cell = 0;
    if (Kinds.isCells(kind)) {
      long before = (address - blocks.address(block)) / Kinds.cellBytes(kind);
      if (before >= Kinds.cellsPerBlock(kind)) {
        return 0;
      }
      cell = (int) before;
    }
    return blocks.address(block) + (long) cell * Kinds.cellBytes(kind) + Kinds.headerBytes(kind);
  }

  private int kind(long object) {
    return blocks.kind((int) ((object - blocks.base()) >>> Blocks.LOG_BLOCK_BYTES));
  }

  /**
   * For the checked mode.
   *
   * @throws IllegalArgumentException if {@code object} is none, or has no slot {@code index}
   */
  public void checkSlot(long object, int index) {
    if (!isObject(object)) {
      throw new IllegalArgumentException(
          "reference set in 0x%x, wanted an object".formatted(object));
    }
    if (index < 0 || index >= references(object)) {
      throw new IllegalArgumentException(
          "slot is %d of the %d of object 0x%x".formatted(index, references(object), object));
    }
  }

  /**
   * Whether {@code header}, the word in front of {@code object}, is one, and what it counts is not
   * more than its cell or blocks have room for: of a headed kind.
   */
  public boolean fits(long object, long header) {
    int block = blocks.of(object);
    int kind = blocks.kind(block);
    long room =
        Kinds.isLarge(kind)
            ? (long) blocks.link(block) << Blocks.LOG_BLOCK_BYTES
            : Kinds.cellBytes(kind);
    return ObjectHeader.isHeader(header)
        && ObjectHeader.cellBytes(ObjectHeader.references(header), ObjectHeader.dataBytes(header))
            <= room;
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
