package dev.ooh.conformance;

import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The oracle's view of memory: every store leaves a stamp that was never used before, at one of a
 * few places of its page, so that a page that was stored to reads differently ever after.
 */
final class Contents {
  /** The page's first and last eight bytes, and some between. */
  private static final int[] PLACES = {0, 2040, PageSet.PAGE_SIZE - Long.BYTES};

  /** What a page holds that nobody has stored to. */
  static final long UNTOUCHED = 0;

  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final Memory memory;
  private final AtomicLong stamps = new AtomicLong();

  Contents(Memory memory) {
    this.memory = memory;
  }

  long nextStamp() {
    return stamps.incrementAndGet();
  }

  static long place(long page, int index) {
    return page + PLACES[Math.floorMod(index, PLACES.length)];
  }

  void stamp(long page, int index) {
    memory.putLong(place(page, index), nextStamp());
  }

  long of(long page) {
    long content = 0;
    for (int place : PLACES) {
      content = (content ^ memory.getLong(page + place)) * MIX;
    }
    return content;
  }
}
