package dev.ooh.gc.sanity;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.ObjectHeader;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Places in the heap where objects were found to begin. What is kept grows with the blocks in which
 * there are any, not with the heap's span, which gaps may stretch beyond what one set can number.
 */
final class SeenObjects {
  private final Map<Long, BitSet> granules = new HashMap<>();

  /**
   * Whether an object was found there.
   *
   * @param offset into the heap, a multiple of {@link ObjectHeader#GRANULE}
   */
  boolean contains(long offset) {
    BitSet seen = granules.get(block(offset));
    return seen != null && seen.get(granule(offset));
  }

  /** An object was found there. */
  void add(long offset) {
    granules.computeIfAbsent(block(offset), block -> new BitSet()).set(granule(offset));
  }

  private static long block(long offset) {
    return offset >>> Blocks.LOG_BLOCK_BYTES;
  }

  private static int granule(long offset) {
    return (int) (offset & (Blocks.BLOCK_BYTES - 1)) >>> ObjectHeader.LOG_GRANULE;
  }
}
