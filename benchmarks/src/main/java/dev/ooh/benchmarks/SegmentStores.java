package dev.ooh.benchmarks;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Stores by the segment's own accessors; loaded once as it is and once woven. */
public final class SegmentStores implements StoreLoops {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  @Override
  public long random(MemorySegment memory) {
    long state = 1;
    for (int i = 0; i < STORES; i++) {
      // Knuth's MMIX generator: cheap enough not to hide a store.
      state = state * 6364136223846793005L + 1442695040888963407L;
      memory.set(LONG, (state >>> 38) & (BYTES - 8), i);
    }
    return state;
  }

  @Override
  public long sequential(MemorySegment memory) {
    for (int i = 0; i < STORES; i++) {
      memory.set(LONG, 8L * i, i);
    }
    return memory.get(LONG, 8);
  }
}
