package dev.ooh.gc.policy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * One bit a granule, outside tracked memory, so that marking writes no tracked page. In the bits in
 * force a set one says that the object which starts there is old: it survived the last cycle. Hot
 * loops work on {@link #words} directly.
 *
 * <p>Bits are set, cleared and exchanged by one thread at a time, or by several that mark together,
 * and never while it grows. It may grow while others read: what they took from {@link #words} goes
 * on to be right for the blocks that it covers, and who takes it later sees all bits.
 */
public class MarkBits {
  /** Bytes of heap that one word covers. */
  public static final int BYTES_PER_WORD = ObjectHeader.GRANULE * Long.SIZE;

  public static final int LOG_BYTES_PER_WORD = ObjectHeader.LOG_GRANULE + 6;

  /** How many words cover a block. */
  public static final int WORDS_PER_BLOCK = Blocks.BLOCK_BYTES / BYTES_PER_WORD;

  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  /** Volatile: a copy with more room is seen with its bits. */
  private volatile long[] words = new long[0];

  /**
   * Bit {@code (offset >>> 3) & 63} of word {@code offset >>> 9}, by offset into the heap. Loops
   * take it once, and again after each poll.
   */
  public long[] words() {
    return words;
  }

  /** Whether there is room for {@code blocks}. */
  public boolean covers(int blocks) {
    return words.length >= blocks * WORDS_PER_BLOCK;
  }

  /** Makes room for {@code blocks} and half as many again; new bits are clear. */
  public void growTo(int blocks) {
    if (!covers(blocks)) {
      words = Arrays.copyOf(words, words(blocks));
    }
  }

  private static int words(int blocks) {
    return (blocks + blocks / 2 + 1) * WORDS_PER_BLOCK;
  }

  /** Sets a bit of {@link #words} beside others that do; returns whether it was clear. */
  public static boolean setFirst(long[] words, int word, long bit) {
    return ((long) WORDS.getAndBitwiseOr(words, word, bit) & bit) == 0;
  }

  public boolean get(long offset) {
    return isSet(words, offset);
  }

  /** As {@link #get}, of {@link #words}. */
  static boolean isSet(long[] words, long offset) {
    return (words[(int) (offset >>> LOG_BYTES_PER_WORD)]
            & (1L << (offset >>> ObjectHeader.LOG_GRANULE)))
        != 0;
  }

  /** Sets one bit; for few of them. */
  void set(long offset) {
    words[(int) (offset >>> LOG_BYTES_PER_WORD)] |= 1L << (offset >>> ObjectHeader.LOG_GRANULE);
  }

  /** Clears one bit. */
  void clear(long offset) {
    words[(int) (offset >>> LOG_BYTES_PER_WORD)] &= ~(1L << (offset >>> ObjectHeader.LOG_GRANULE));
  }

  /** How many bits of a block are set. */
  public int count(int block) {
    long[] counted = words;
    int count = 0;
    int from = block * WORDS_PER_BLOCK;
    for (int word = from; word < from + WORDS_PER_BLOCK; word++) {
      count += Long.bitCount(counted[word]);
    }
    return count;
  }

  /** The bits of {@code [from, to)}, which lies within one word's bytes. */
  static long mask(long from, long to) {
    long low = -1L << (from >>> ObjectHeader.LOG_GRANULE);
    long high = -1L >>> -(to >>> ObjectHeader.LOG_GRANULE);
    return low & high;
  }

  /** Forgets all marks, and makes room for {@code blocks} at least. */
  public void clear(int blocks) {
    if (covers(blocks)) {
      Arrays.fill(words, 0);
    } else {
      words = new long[words(blocks)];
    }
  }

  /** Exchanges all marks. */
  public void swap(MarkBits other) {
    long[] mine = words;
    words = other.words;
    other.words = mine;
  }
}
