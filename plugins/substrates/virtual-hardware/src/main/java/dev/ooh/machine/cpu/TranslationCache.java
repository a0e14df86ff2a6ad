package dev.ooh.machine.cpu;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The cached translations of one address space: a flat array with an entry for each 4 KiB page,
 * which grows to the highest page used. Legal as a TLB because invalidation empties it (Intel SDM
 * volume 3A, 5.10.4), and faster than a small set-associative one.
 *
 * <pre>
 *  63                                28 27                2   1        0
 * +------------------------------------+-------------------+--------+--------+
 * | (native - cached address) &gt;&gt; 12    | generation        |writable|readable|
 * +------------------------------------+-------------------+--------+--------+
 * </pre>
 *
 * An entry counts while its generation is the cache's: {@link #flush} steps the generation instead
 * of clearing. "Writable" also says that every dirty flag that a write would set is set, so it
 * hides later writes until the entry is invalidated.
 *
 * <p>Filled and invalidated by the processor alone, on the thread that executes the guest.
 */
public final class TranslationCache {
  /** The highest address that can be cached is below 2^{@value}; beyond, every access walks. */
  public static final int ADDRESS_BITS = 40;

  static final long READABLE = 1;
  static final long WRITABLE = 2;

  private static final int GENERATION_SHIFT = 2;
  private static final int MAX_GENERATION = (1 << 26) - 1;
  private static final long GENERATION_MASK = (long) MAX_GENERATION << GENERATION_SHIFT;
  private static final long READ_MASK = GENERATION_MASK | READABLE;
  private static final long WRITE_MASK = GENERATION_MASK | WRITABLE;
  private static final int ADDRESS_SHIFT = 28;
  private static final long OFFSET_AND_HIGH_BITS = 0xFFFF_F800_0000_0FFFL;
  private static final int MIN_PAGES = 1024;
  private static final long[] NONE = {};

  // Plain fields that a caller's loop keeps in registers between misses.
  private long[] entries = NONE;
  // What entries is while it isn't hidden.
  private long[] table = NONE;
  private boolean hidden;
  private long readTag;
  private long writeTag;
  private int generation;
  // Regions of 2 MiB that hold entries of a 2 MiB guest page: INVLPG must drop all of them.
  private final BitSet largePages = new BitSet();

  /** An empty cache. */
  public TranslationCache() {
    setGeneration(1);
  }

  /**
   * The native address of the {@code bytes} at {@code address} when a read of them is cached and
   * they lie in one 4 KiB page, else 0. Valid until the next step of the guest that may invalidate.
   *
   * @param bytes 1 to 4096; a constant where speed matters
   */
  public long readable(long address, int bytes) {
    return cached(address, bytes, READ_MASK, readTag);
  }

  /** As {@link #readable}, for a write. */
  public long writable(long address, int bytes) {
    return cached(address, bytes, WRITE_MASK, writeTag);
  }

  /**
   * Hides the entries, so that every access misses and takes the slow way, where the caller is
   * checked. Called by the thread that executes the guest in this address space, before it gives up
   * the CPU. A check of the caller at each access would do the same, but random stores took half as
   * long again with it.
   */
  public void hide() {
    hidden = true;
    entries = NONE;
  }

  /** Whether every access misses. */
  public boolean isHidden() {
    return hidden;
  }

  /** Undoes {@link #hide}, for the thread that executes the guest from now on. */
  public void show() {
    hidden = false;
    entries = table;
  }

  private long cached(long address, int bytes, long mask, long tag) {
    long[] visible = entries;
    int page = (int) (address >>> 12);
    if (page >= 0 && page < visible.length) {
      long entry = visible[page];
      // One comparison for two conditions: no address bit beyond those of an int page number, and
      // all bytes in one page. The sum below needs no offset, as the entry holds a difference.
      if (((entry ^ tag) & mask) == 0
          && Long.compareUnsigned(address & OFFSET_AND_HIGH_BITS, 4096 - bytes) <= 0) {
        return address + (entry >> ADDRESS_SHIFT << 12);
      }
    }
    return 0;
  }

  /**
   * Caches the translation of {@code address}'s page.
   *
   * @param nativePage the native address of the page's first byte
   * @param rights READABLE, WRITABLE or both
   * @param large whether a 2 MiB page of the guest holds the page
   */
  void fill(long address, long nativePage, long rights, boolean large) {
    if (address >>> ADDRESS_BITS != 0) {
      return;
    }
    int page = (int) (address >>> 12);
    if (page >= table.length) {
      table = Arrays.copyOf(table, Math.max(MIN_PAGES, roundUp(page + 1)));
      entries = hidden ? NONE : table;
    }
    table[page] =
        (nativePage - (address & ~0xFFFL)) >> 12 << ADDRESS_SHIFT
            | (long) generation << GENERATION_SHIFT
            | rights;
    if (large) {
      largePages.set(page >>> 9);
    }
  }

  /** Drops what is cached for the page of {@code address}, all of it where it is a 2 MiB page. */
  void invalidate(long address) {
    if (address >>> ADDRESS_BITS != 0) {
      return;
    }
    int page = (int) (address >>> 12);
    if (largePages.get(page >>> 9)) {
      int first = page & ~511;
      Arrays.fill(table, Math.min(first, table.length), Math.min(first + 512, table.length), 0);
      largePages.clear(page >>> 9);
    } else if (page < table.length) {
      table[page] = 0;
    }
  }

  /** Drops everything. */
  void flush() {
    if (generation == MAX_GENERATION) {
      Arrays.fill(table, 0);
      generation = 0;
    }
    setGeneration(generation + 1);
    if (!largePages.isEmpty()) {
      largePages.clear();
    }
  }

  private void setGeneration(int next) {
    generation = next;
    readTag = (long) next << GENERATION_SHIFT | READABLE;
    writeTag = (long) next << GENERATION_SHIFT | WRITABLE;
  }

  /** Steps near the end of the generations, for a test of the wrap. */
  void setGenerationForTest(int next) {
    setGeneration(next);
  }

  private static int roundUp(int pages) {
    return Integer.highestOneBit(pages - 1) << 1;
  }
}
