package dev.ooh.cli.toy;

import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Regions as byte buffers; remembers which pages were stored to. */
final class ToyMemory implements Memory {
  private final NavigableMap<Long, ByteBuffer> regions = new TreeMap<>();
  private final TreeSet<Long> written = new TreeSet<>();
  private long stores;

  void map(long start, int bytes) {
    regions.put(start, ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  void clear() {
    regions.clear();
  }

  /** Stores since the beginning. */
  synchronized long stores() {
    return stores;
  }

  /** The pages stored to since the last call. */
  synchronized PageSet takeWritten() {
    PageSet.Builder pages = PageSet.builder();
    written.forEach(pages::addPage);
    written.clear();
    return pages.build();
  }

  private ByteBuffer region(long address) {
    var entry = regions.floorEntry(address);
    if (entry == null || address >= entry.getKey() + entry.getValue().capacity()) {
      throw new MemoryAccessException(address, "address 0x%x is not mapped".formatted(address));
    }
    return entry.getValue();
  }

  private int offset(long address) {
    return (int) (address - regions.floorKey(address));
  }

  private synchronized void note(long address, long length) {
    stores++;
    long page = address & -PageSet.PAGE_SIZE;
    for (; page < address + length; page += PageSet.PAGE_SIZE) {
      written.add(page);
    }
  }

  @Override
  public byte getByte(long address) {
    return region(address).get(offset(address));
  }

  @Override
  public void putByte(long address, byte value) {
    region(address).put(offset(address), value);
    note(address, 1);
  }

  @Override
  public int getInt(long address) {
    return region(address).getInt(offset(address));
  }

  @Override
  public void putInt(long address, int value) {
    region(address).putInt(offset(address), value);
    note(address, Integer.BYTES);
  }

  @Override
  public long getLong(long address) {
    return region(address).getLong(offset(address));
  }

  @Override
  public void putLong(long address, long value) {
    region(address).putLong(offset(address), value);
    note(address, Long.BYTES);
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    region(address).get(offset(address), target, offset, length);
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    region(address).put(offset(address), source, offset, length);
    note(address, length);
  }

  @Override
  public void fill(long address, long length, byte value) {
    for (long i = 0; i < length; i++) {
      putByte(address + i, value);
    }
  }

  @Override
  public void copy(long from, long to, long length) {
    byte[] bytes = new byte[(int) length];
    read(from, bytes, 0, bytes.length);
    write(to, bytes, 0, bytes.length);
  }
}
