package dev.ooh.testing.space;

import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Regions as arrays that remember which pages were stored to; adjoining regions are one range, so
 * that an access may cross from one into the next. While somebody listens, a store and its telling
 * are one step under this object's monitor; otherwise accesses are plain.
 */
public final class TestMemory implements Memory {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** The bytes of a region, and for each page whether it was stored to. */
  private record Area(long start, byte[] bytes, boolean[] written) {
    long end() {
      return start + bytes.length;
    }

    boolean holds(long address, long length) {
      return address >= start && length <= end() - address;
    }
  }

  private final List<StoreListener> listeners = new CopyOnWriteArrayList<>();

  /** Ascending; replaced as a whole. */
  private volatile Area[] areas = {};

  /** From now on {@code listener} sees each store. */
  public void subscribe(StoreListener listener) {
    listeners.add(listener);
  }

  public void unsubscribe(StoreListener listener) {
    listeners.remove(listener);
  }

  /** Whether the page at {@code page} was stored to since it was mapped or last taken. */
  public boolean isWritten(long page) {
    Area area = at(page, PageSet.PAGE_SIZE);
    return area.written[index(area, page)];
  }

  /** The pages of {@code scan} that were stored to since they were mapped or last taken. */
  public synchronized PageSet takeWritten(PageSet scan) {
    PageSet.Builder pages = PageSet.builder();
    for (Area area : areas) {
      PageSet.of(area.start, area.end())
          .intersect(scan)
          .forEachPage(
              page -> {
                if (area.written[index(area, page)]) {
                  area.written[index(area, page)] = false;
                  pages.addPage(page);
                }
              });
    }
    return pages.build();
  }

  /** Zeroed memory, no page of it written. */
  synchronized void map(Region region) {
    List<Area> more = new ArrayList<>(List.of(areas));
    int bytes = Math.toIntExact(region.bytes());
    more.add(new Area(region.start(), new byte[bytes], new boolean[bytes / PageSet.PAGE_SIZE]));
    more.sort(Comparator.comparingLong(Area::start));
    areas = more.toArray(Area[]::new);
  }

  synchronized void unmap(Region region) {
    areas = Arrays.stream(areas).filter(area -> area.start != region.start()).toArray(Area[]::new);
    listeners.forEach(listener -> listener.gone(region.pages()));
  }

  /** The pages read as zero from now on; nobody stored to them. */
  synchronized void zero(PageSet pages) {
    pages.forEachRun(
        (start, end) -> {
          for (long page = start; page < end; page += PageSet.PAGE_SIZE) {
            Area area = at(page, PageSet.PAGE_SIZE);
            int from = (int) (page - area.start);
            Arrays.fill(area.bytes, from, from + PageSet.PAGE_SIZE, (byte) 0);
          }
        });
  }

  /** The same contents for a child. */
  synchronized void copyTo(TestMemory child) {
    Area[] copies = new Area[areas.length];
    for (int i = 0; i < copies.length; i++) {
      Area area = areas[i];
      copies[i] = new Area(area.start, area.bytes.clone(), new boolean[area.written.length]);
    }
    child.areas = copies;
  }

  @Override
  public byte getByte(long address) {
    Area area = at(address, 1);
    return area.bytes[(int) (address - area.start)];
  }

  @Override
  public void putByte(long address, byte value) {
    if (listeners.isEmpty()) {
      Area area = store(address, 1);
      area.bytes[(int) (address - area.start)] = value;
    } else {
      write(address, new byte[] {value}, 0, 1);
    }
  }

  @Override
  public int getInt(long address) {
    Area area = find(address, Integer.BYTES);
    if (area == null) {
      return (int) INT.get(across(address, Integer.BYTES), 0);
    }
    return (int) INT.get(area.bytes, (int) (address - area.start));
  }

  @Override
  public void putInt(long address, int value) {
    Area area = listeners.isEmpty() ? find(address, Integer.BYTES) : null;
    if (area == null) {
      byte[] bytes = new byte[Integer.BYTES];
      INT.set(bytes, 0, value);
      write(address, bytes, 0, bytes.length);
    } else {
      mark(area, address, Integer.BYTES);
      INT.set(area.bytes, (int) (address - area.start), value);
    }
  }

  @Override
  public long getLong(long address) {
    Area area = find(address, Long.BYTES);
    if (area == null) {
      return (long) LONG.get(across(address, Long.BYTES), 0);
    }
    return (long) LONG.get(area.bytes, (int) (address - area.start));
  }

  @Override
  public void putLong(long address, long value) {
    Area area = listeners.isEmpty() ? find(address, Long.BYTES) : null;
    if (area == null) {
      byte[] bytes = new byte[Long.BYTES];
      LONG.set(bytes, 0, value);
      write(address, bytes, 0, bytes.length);
    } else {
      mark(area, address, Long.BYTES);
      LONG.set(area.bytes, (int) (address - area.start), value);
    }
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    forEachPart(
        address,
        length,
        (area, at, done, part) ->
            System.arraycopy(area.bytes, at, target, offset + (int) done, part));
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    storeParts(
        address,
        length,
        (area, at, done, part) ->
            System.arraycopy(source, offset + (int) done, area.bytes, at, part));
  }

  @Override
  public void fill(long address, long length, byte value) {
    storeParts(
        address, length, (area, at, done, part) -> Arrays.fill(area.bytes, at, at + part, value));
  }

  @Override
  public void copy(long from, long to, long length) {
    write(to, across(from, Math.toIntExact(length)), 0, Math.toIntExact(length));
  }

  private byte[] across(long address, int length) {
    byte[] bytes = new byte[length];
    read(address, bytes, 0, length);
    return bytes;
  }

  /** Part of an access: {@code done} bytes of it lie before. */
  @FunctionalInterface
  private interface Part {
    void access(Area area, int at, long done, int length);
  }

  private void storeParts(long address, long length, Part part) {
    if (listeners.isEmpty()) {
      markAndStore(address, length, part);
      return;
    }
    synchronized (this) {
      markAndStore(address, length, part);
      if (length > 0) {
        listeners.forEach(listener -> listener.stored(address, length));
      }
    }
  }

  /** All of it or, where something is not mapped, nothing. */
  private void markAndStore(long address, long length, Part part) {
    forEachPart(address, length, (area, at, done, bytes) -> mark(area, address + done, bytes));
    forEachPart(address, length, part);
  }

  private void forEachPart(long address, long length, Part part) {
    long done = 0;
    while (done < length) {
      Area area = at(address + done, 1);
      int bytes = (int) Math.min(length - done, area.end() - (address + done));
      part.access(area, (int) (address + done - area.start), done, bytes);
      done += bytes;
    }
  }

  private Area store(long address, int length) {
    Area area = at(address, length);
    mark(area, address, length);
    return area;
  }

  private static void mark(Area area, long address, int length) {
    for (int page = index(area, address); page <= index(area, address + length - 1); page++) {
      area.written[page] = true;
    }
  }

  private static int index(Area area, long address) {
    return (int) ((address - area.start) / PageSet.PAGE_SIZE);
  }

  private Area at(long address, int length) {
    Area area = find(address, length);
    if (area == null) {
      throw new MemoryAccessException(
          address, "access to %d bytes at 0x%x: not mapped".formatted(length, address));
    }
    return area;
  }

  /** The one area that holds all of it. */
  private @Nullable Area find(long address, int length) {
    Area[] now = areas;
    int low = 0;
    int high = now.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Area area = now[middle];
      if (address < area.start) {
        high = middle - 1;
      } else if (address >= area.end()) {
        low = middle + 1;
      } else {
        return area.holds(address, length) ? area : null;
      }
    }
    return null;
  }
}
