package dev.ooh.ring;

import dev.ooh.memory.PageSet;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which pages of a process are armed, at a cost of one look-up a page. A set of runs would cost as
 * many steps as it has runs for each page that leaves it.
 */
final class ArmedPages {
  private static final int PAGE_SHIFT = 12;
  private static final int CHUNK_SHIFT = 21;
  private static final int PAGES_PER_CHUNK = 1 << (CHUNK_SHIFT - PAGE_SHIFT);

  /** By {@code gva >>> CHUNK_SHIFT}: which of its 512 pages are armed; absent when none is. */
  private final Map<Long, BitSet> chunks = new HashMap<>();

  void add(PageSet pages) {
    pages.forEachRun((start, end) -> change(start, end, true));
  }

  void remove(PageSet pages) {
    pages.forEachRun((start, end) -> change(start, end, false));
  }

  /** Takes the page of {@code gva} out; whether it was in. */
  boolean remove(long gva) {
    BitSet chunk = chunks.get(gva >>> CHUNK_SHIFT);
    int page = page(gva);
    if (chunk == null || !chunk.get(page)) {
      return false;
    }
    chunk.clear(page);
    if (chunk.isEmpty()) {
      chunks.remove(gva >>> CHUNK_SHIFT);
    }
    return true;
  }

  void clear() {
    chunks.clear();
  }

  private void change(long start, long end, boolean in) {
    for (long at = start; at < end; ) {
      long chunkEnd = ((at >>> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
      long to = Math.min(end, chunkEnd);
      long number = at >>> CHUNK_SHIFT;
      BitSet chunk = chunks.get(number);
      if (chunk == null && in) {
        chunk = new BitSet(PAGES_PER_CHUNK);
        chunks.put(number, chunk);
      }
      if (chunk != null) {
        chunk.set(page(at), to == chunkEnd ? PAGES_PER_CHUNK : page(to), in);
        if (chunk.isEmpty()) {
          chunks.remove(number);
        }
      }
      at = to;
    }
  }

  private static int page(long gva) {
    return (int) (gva >>> PAGE_SHIFT) & (PAGES_PER_CHUNK - 1);
  }
}
