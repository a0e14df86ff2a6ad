package dev.ooh.criu.toy;

import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.TreeMap;

/** Plain arrays of bytes that remember which pages were stored to. */
public final class ToyMemory implements Memory {
  private final TreeMap<Long, Mapping> mappings = new TreeMap<>();
  private volatile Mapping last = new Mapping(0, MemorySegment.NULL, new boolean[0]);

  private record Mapping(long start, MemorySegment bytes, boolean[] written) {
    boolean holds(long address, long length) {
      return address >= start && address + length <= start + bytes.byteSize();
    }
  }

  synchronized void map(Region region) {
    MemorySegment bytes = Arena.ofAuto().allocate(region.bytes(), 8);
    boolean[] written = new boolean[(int) (region.bytes() / PageSet.PAGE_SIZE)];
    java.util.Arrays.fill(written, true); // born dirty
    mappings.put(region.start(), new Mapping(region.start(), bytes, written));
  }

  synchronized void unmap(Region region) {
    mappings.remove(region.start());
    last = new Mapping(0, MemorySegment.NULL, new boolean[0]);
  }

  /** As {@link #takeWritten}, and they will be told again. */
  synchronized PageSet written(PageSet scan) {
    PageSet pages = takeWritten(scan);
    pages.forEachPage(page -> store(page, 1));
    return pages;
  }

  /** The pages of {@code scan} stored to since they were last asked for. */
  public synchronized PageSet takeWritten(PageSet scan) {
    PageSet.Builder pages = PageSet.builder();
    for (Mapping mapping : mappings.values()) {
      for (int i = 0; i < mapping.written.length; i++) {
        long page = mapping.start + (long) i * PageSet.PAGE_SIZE;
        if (mapping.written[i] && scan.contains(page)) {
          mapping.written[i] = false;
          pages.addPage(page);
        }
      }
    }
    return pages.build();
  }

  private Mapping at(long address, long length) {
    Mapping mapping = last;
    if (mapping.holds(address, length)) {
      return mapping;
    }
    synchronized (this) {
      Map.Entry<Long, Mapping> entry = mappings.floorEntry(address);
      if (entry == null || !entry.getValue().holds(address, length)) {
        throw new MemoryAccessException(
            address, "nothing is mapped at 0x%x, wanted %d bytes".formatted(address, length));
      }
      last = entry.getValue();
      return entry.getValue();
    }
  }

  private Mapping store(long address, long length) {
    Mapping mapping = at(address, length);
    long first = (address - mapping.start) / PageSet.PAGE_SIZE;
    long end = (address + Math.max(length, 1) - 1 - mapping.start) / PageSet.PAGE_SIZE;
    for (long page = first; page <= end; page++) {
      mapping.written[(int) page] = true;
    }
    return mapping;
  }

  @Override
  public byte getByte(long address) {
    Mapping mapping = at(address, 1);
    return mapping.bytes.get(ValueLayout.JAVA_BYTE, address - mapping.start);
  }

  @Override
  public void putByte(long address, byte value) {
    Mapping mapping = store(address, 1);
    mapping.bytes.set(ValueLayout.JAVA_BYTE, address - mapping.start, value);
  }

  @Override
  public int getInt(long address) {
    Mapping mapping = at(address, 4);
    return mapping.bytes.get(ValueLayout.JAVA_INT_UNALIGNED, address - mapping.start);
  }

  @Override
  public void putInt(long address, int value) {
    Mapping mapping = store(address, 4);
    mapping.bytes.set(ValueLayout.JAVA_INT_UNALIGNED, address - mapping.start, value);
  }

  @Override
  public long getLong(long address) {
    Mapping mapping = at(address, 8);
    return mapping.bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, address - mapping.start);
  }

  @Override
  public void putLong(long address, long value) {
    Mapping mapping = store(address, 8);
    mapping.bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, address - mapping.start, value);
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    Mapping mapping = at(address, length);
    MemorySegment.copy(
        mapping.bytes, ValueLayout.JAVA_BYTE, address - mapping.start, target, offset, length);
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    Mapping mapping = store(address, length);
    MemorySegment.copy(
        source, offset, mapping.bytes, ValueLayout.JAVA_BYTE, address - mapping.start, length);
  }

  @Override
  public void fill(long address, long length, byte value) {
    Mapping mapping = store(address, length);
    mapping.bytes.asSlice(address - mapping.start, length).fill(value);
  }

  @Override
  public void copy(long from, long to, long length) {
    Mapping source = at(from, length);
    Mapping target = store(to, length);
    MemorySegment.copy(source.bytes, from - source.start, target.bytes, to - target.start, length);
  }
}
