package dev.ooh.gc.policy;

import java.util.Arrays;

/**
 * One bit a granule, outside tracked memory, so that marking writes no tracked page. A set bit says
 * that the object which starts there is old: it survived the last cycle. Hot loops work on {@link
 * #words} directly.
 */
public final class MarkBits {
  /** Bytes of heap that one word covers. */
  public static final int BYTES_PER_WORD = ObjectHeader.GRANULE * Long.SIZE;

  public static final int LOG_BYTES_PER_WORD = ObjectHeader.LOG_GRANULE + 6;

  /** How many words cover a block. */
  public static final int WORDS_PER_BLOCK = Blocks.BLOCK_BYTES / BYTES_PER_WORD;

  private long[] words = new long[0];

  /** Bit {@code (offset >>> 4) & 63} of word {@code offset >>> 10}, by offset into the heap. */
  public long[] words() {
    return words;
  }

  /** Makes room for {@code blocks}; new bits are clear. */
  public void ensureBlocks(int blocks) {
    int wanted = blocks * WORDS_PER_BLOCK;
    if (words.length < wanted) {
      words = Arrays.copyOf(words, Math.max(wanted, words.length + words.length / 2));
    }
  }

  public boolean get(long offset) {
    return (words[(int) (offset >>> LOG_BYTES_PER_WORD)]
            & (1L << (offset >>> ObjectHeader.LOG_GRANULE)))
        != 0;
  }

  /** Whether any bit is set in {@code [from, to)}, offsets at multiples of the granule. */
  public boolean anyIn(long from, long to) {
    for (long at = from; at < to; ) {
      long word = words[(int) (at >>> LOG_BYTES_PER_WORD)];
      long next = Math.min(to, (at | (BYTES_PER_WORD - 1)) + 1);
      if ((word & mask(at, next)) != 0) {
        return true;
      }
      at = next;
    }
    return false;
  }

  /** The bits of {@code [from, to)}, which lies within one word's bytes. */
  public static long mask(long from, long to) {
    long low = -1L << (from >>> ObjectHeader.LOG_GRANULE);
    long high = -1L >>> -(to >>> ObjectHeader.LOG_GRANULE);
    return low & high;
  }

  /** Forgets all marks of the first {@code blocks}. */
  public void clear(int blocks) {
    ensureBlocks(blocks);
    Arrays.fill(words, 0, blocks * WORDS_PER_BLOCK, 0);
  }

  /** Becomes equal to {@code other} in the first {@code blocks}. */
  public void copyFrom(MarkBits other, int blocks) {
    ensureBlocks(blocks);
    System.arraycopy(other.words, 0, words, 0, blocks * WORDS_PER_BLOCK);
  }
}
