package dev.ooh.conformance.model;

import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Eight-byte words in a map; each store tells its page to the subscribers, atomically with it. */
final class ModelMemory implements Memory {
  /** Sees stores as they are made, and mappings go. */
  interface Hardware {
    void stored(long page);

    void unmapped(long page);
  }

  private final Map<Long, Map<Long, Long>> pages = new HashMap<>();
  private final List<Hardware> subscribers = new CopyOnWriteArrayList<>();

  synchronized void map(Region region) {
    region.pages().forEachPage(page -> pages.put(page, new HashMap<>()));
  }

  synchronized void unmap(PageSet gone) {
    gone.forEachPage(
        page -> {
          pages.remove(page);
          subscribers.forEach(subscriber -> subscriber.unmapped(page));
        });
  }

  synchronized void zero(PageSet discarded) {
    discarded.forEachPage(page -> pages.put(page, new HashMap<>()));
  }

  synchronized void copyTo(ModelMemory child) {
    pages.forEach((page, words) -> child.pages.put(page, new HashMap<>(words)));
  }

  void subscribe(Hardware subscriber) {
    subscribers.add(subscriber);
  }

  void unsubscribe(Hardware subscriber) {
    subscribers.remove(subscriber);
  }

  private Map<Long, Long> page(long address) {
    Map<Long, Long> words = pages.get(address & -PageSet.PAGE_SIZE);
    if (words == null) {
      throw new MemoryAccessException(address, "0x%x is not mapped".formatted(address));
    }
    return words;
  }

  @Override
  public synchronized long getLong(long address) {
    return page(address).getOrDefault(address, 0L);
  }

  @Override
  public synchronized void putLong(long address, long value) {
    page(address).put(address, value);
    subscribers.forEach(subscriber -> subscriber.stored(address & -PageSet.PAGE_SIZE));
  }

  @Override
  public byte getByte(long address) {
    throw new UnsupportedOperationException("the kit reads eight bytes at a time");
  }

  @Override
  public void putByte(long address, byte value) {
    throw new UnsupportedOperationException("the kit stores eight bytes at a time");
  }

  @Override
  public int getInt(long address) {
    throw new UnsupportedOperationException("the kit reads eight bytes at a time");
  }

  @Override
  public void putInt(long address, int value) {
    throw new UnsupportedOperationException("the kit stores eight bytes at a time");
  }

  @Override
  public void read(long address, byte[] target, int offset, int length) {
    throw new UnsupportedOperationException("the kit reads eight bytes at a time");
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    throw new UnsupportedOperationException("the kit stores eight bytes at a time");
  }

  @Override
  public void fill(long address, long length, byte value) {
    throw new UnsupportedOperationException("the kit stores eight bytes at a time");
  }

  @Override
  public void copy(long from, long to, long length) {
    throw new UnsupportedOperationException("the kit stores eight bytes at a time");
  }
}
