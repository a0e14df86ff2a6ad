package dev.ooh.gc.testing;

import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes of an array, with a note of every page written. */
public final class ArrayMemory implements Memory {
  static final long BASE = 0x40000000L;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private byte[] bytes = new byte[0];
  private boolean[] written = new boolean[0];

  void grow(long size) {
    bytes = Arrays.copyOf(bytes, Math.toIntExact(size));
    written = Arrays.copyOf(written, Math.toIntExact(size / PageSet.PAGE_SIZE));
  }

  long end() {
    return BASE + bytes.length;
  }

  boolean isWritten(long page) {
    return written[(int) ((page - BASE) / PageSet.PAGE_SIZE)];
  }

  void clearWritten(long page) {
    written[(int) ((page - BASE) / PageSet.PAGE_SIZE)] = false;
  }

  private int at(long address, long length) {
    long offset = address - BASE;
    if (offset < 0 || offset + length > bytes.length) {
      throw new MemoryAccessException(address, "access to 0x%x: not mapped".formatted(address));
    }
    return (int) offset;
  }

  private int store(long address, long length) {
    int offset = at(address, length);
    for (long page = offset / PageSet.PAGE_SIZE;
        page <= (offset + length - 1) / PageSet.PAGE_SIZE;
        page++) {
      written[(int) page] = true;
    }
    return offset;
  }

  @Override
  public byte getByte(long address) {
    return bytes[at(address, 1)];
  }

  @Override
  public void putByte(long address, byte value) {
    bytes[store(address, 1)] = value;
  }

  @Override
  public int getInt(long address) {
    return (int) INT.get(bytes, at(address, 4));
  }

  @Override
  public void putInt(long address, int value) {
    INT.set(bytes, store(address, 4), value);
  }

  @Override
  public long getLong(long address) {
    return (long) LONG.get(bytes, at(address, 8));
  }

  @Override
  public void putLong(long address, long value) {
    LONG.set(bytes, store(address, 8), value);
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    System.arraycopy(bytes, at(address, length), target, offset, length);
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    System.arraycopy(source, offset, bytes, store(address, length), length);
  }

  @Override
  public void fill(long address, long length, byte value) {
    int from = store(address, length);
    Arrays.fill(bytes, from, (int) (from + length), value);
  }

  @Override
  public void copy(long from, long to, long length) {
    System.arraycopy(bytes, at(from, length), bytes, store(to, length), (int) length);
  }
}
