package dev.ooh.benchmarks;

import dev.ooh.memory.Memory;

/**
 * Counts loads and stores, of at most eight bytes each. For a JVM of its own: a third
 * implementation of memory makes every access slow. For a space whose threads take turns.
 */
final class CountedMemory implements Memory {
  private final Memory memory;
  private long loads;
  private long stores;

  CountedMemory(Memory memory) {
    this.memory = memory;
  }

  long loads() {
    return loads;
  }

  long stores() {
    return stores;
  }

  private static long words(long bytes) {
    return (bytes + Long.BYTES - 1) / Long.BYTES;
  }

  @Override
  public byte getByte(long address) {
    loads++;
    return memory.getByte(address);
  }

  @Override
  public void putByte(long address, byte value) {
    stores++;
    memory.putByte(address, value);
  }

  @Override
  public int getInt(long address) {
    loads++;
    return memory.getInt(address);
  }

  @Override
  public void putInt(long address, int value) {
    stores++;
    memory.putInt(address, value);
  }

  @Override
  public long getLong(long address) {
    loads++;
    return memory.getLong(address);
  }

  @Override
  public void putLong(long address, long value) {
    stores++;
    memory.putLong(address, value);
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    loads += words(length);
    memory.read(address, target, offset, length);
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    stores += words(length);
    memory.write(address, source, offset, length);
  }

  @Override
  public void fill(long address, long length, byte value) {
    stores += words(length);
    memory.fill(address, length, value);
  }

  @Override
  public void copy(long from, long to, long length) {
    loads += words(length);
    stores += words(length);
    memory.copy(from, to, length);
  }
}
