package dev.ooh.benchmarks;

import java.lang.foreign.MemorySegment;

/** Passes of 8-byte stores over memory. */
public interface StoreLoops {
  /** Of the memory. */
  long BYTES = 64L << 20;

  /** In a pass. */
  int STORES = (int) (BYTES / Long.BYTES);

  long random(MemorySegment memory);

  long sequential(MemorySegment memory);
}
