package dev.ooh.machine.cpu;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What one processor has cached of one address space: a flat array with an entry for each 4 KiB
 * page, which grows to the highest page used; {@link TranslationCache} has the entries' layout.
 */
final class CachedPages {
  static final int MAX_GENERATION = (1 << 26) - 1;
  static final long[] NONE = {};

  private static final int MIN_PAGES = 1024;

  private long[] table = NONE;
  private int generation = 1;

  /** Regions of 2 MiB that hold entries of a 2 MiB guest page: INVLPG must drop all of them. */
  private final BitSet largePages = new BitSet();

  /** The entries, by page; others after {@link #set}. */
  long[] table() {
    return table;
  }

  /** Of the entries that count. */
  int generation() {
    return generation;
  }

  void set(int page, long entry, boolean large) {
    if (page >= table.length) {
      table = Arrays.copyOf(table, Math.max(MIN_PAGES, roundUp(page + 1)));
    }
    table[page] = entry;
    if (large) {
      largePages.set(page >>> 9);
    }
  }

  /** Drops the page's entry, and those of all 512 where it is in a 2 MiB page. */
  void invalidate(int page) {
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
    generation++;
    if (!largePages.isEmpty()) {
      largePages.clear();
    }
  }

  /** Steps near the end of the generations, for a test of the wrap. */
  void setGenerationForTest(int next) {
    generation = next;
  }

  private static int roundUp(int pages) {
    return Integer.highestOneBit(pages - 1) << 1;
  }
}
