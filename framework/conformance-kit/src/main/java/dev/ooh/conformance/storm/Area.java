package dev.ooh.conformance.storm;

import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A tracked region, by page number.
 *
 * @param segment what an adopted region is accessed through; null for a region of the space
 */
record Area(Region region, Memory memory, @Nullable MemorySegment segment) {
  int pages() {
    return (int) (region.bytes() / PageSet.PAGE_SIZE);
  }

  /** Stores 8 bytes at the {@code index}-th place of a page. */
  void put(int page, int index, long value) {
    long offset = (long) page * PageSet.PAGE_SIZE + (index & 511) * 8L;
    if (segment == null) {
      memory.putLong(region.start() + offset, value);
    } else {
      segment.set(ValueLayout.JAVA_LONG, offset, value);
    }
  }

  /** A number that differs, almost surely, when the page does. */
  long digest(int page) {
    long offset = (long) page * PageSet.PAGE_SIZE;
    long digest = 1;
    for (int i = 0; i < PageSet.PAGE_SIZE; i += 8) {
      long value =
          segment == null
              ? memory.getLong(region.start() + offset + i)
              : segment.get(ValueLayout.JAVA_LONG, offset + i);
      digest = digest * 0x9E3779B97F4A7C15L + value;
    }
    return digest;
  }
}
