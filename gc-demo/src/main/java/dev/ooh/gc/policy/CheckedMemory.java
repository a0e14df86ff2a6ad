package dev.ooh.gc.policy;

import dev.ooh.memory.Memory;

/**
 * The memory of a heap's space, through which the heap is stored to within objects only. What is
 * not of the heap is not checked, and neither are loads, nor whether an object is still reachable.
 */
public final class CheckedMemory implements Memory {
  private final Memory memory;
  private final Blocks blocks;
  private final ObjectModel objects;

  public CheckedMemory(Memory memory, Blocks blocks, ObjectModel objects) {
    this.memory = memory;
    this.blocks = blocks;
    this.objects = objects;
  }

  private void check(long address, long length) {
    if (!blocks.contains(address)) {
      return;
    }
    long object = objects.owner(address);
    if (object == 0) {
      throw new IllegalArgumentException(
          "store to %d bytes at 0x%x of the heap, where no object is".formatted(length, address));
    }
    long end = objects.data(object) + objects.dataBytes(object);
    if (address < object || address + length > end) {
      throw new IllegalArgumentException(
          "store to %d bytes at 0x%x, wanted within object 0x%x, which ends at 0x%x"
              .formatted(length, address, object, end));
    }
  }

  @Override
  public byte getByte(long address) {
    return memory.getByte(address);
  }

  @Override
  public void putByte(long address, byte value) {
    check(address, Byte.BYTES);
    memory.putByte(address, value);
  }

  @Override
  public int getInt(long address) {
    return memory.getInt(address);
  }

  @Override
  public void putInt(long address, int value) {
    check(address, Integer.BYTES);
    memory.putInt(address, value);
  }

  @Override
  public long getLong(long address) {
    return memory.getLong(address);
  }

  @Override
  public void putLong(long address, long value) {
    check(address, Long.BYTES);
    memory.putLong(address, value);
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    memory.read(address, target, offset, length);
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    check(address, length);
    memory.write(address, source, offset, length);
  }

  @Override
  public void fill(long address, long length, byte value) {
    check(address, length);
    memory.fill(address, length, value);
  }

  @Override
  public void copy(long from, long to, long length) {
    check(to, length);
    memory.copy(from, to, length);
  }
}
