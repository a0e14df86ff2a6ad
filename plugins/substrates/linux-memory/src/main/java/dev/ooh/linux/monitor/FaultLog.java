package dev.ooh.linux.monitor;

import java.util.Arrays;

/**
 * The pages that faulted. A page is added before its writer goes on, and comes out of {@link #take}
 * once. Grows with the number of faults between two takes, up to a limit; from there on it holds
 * runs of pages that lie side by side, and where these are too many as well it holds nothing, and
 * says so.
 *
 * <p>An entry is the start of a page, with a flag in its low bits. Entries of any kind sort by
 * their pages.
 */
final class FaultLog {
  /** The pages of a whole block of {@link FaultHandler#BLOCK}. */
  static final long WHOLE_BLOCK = 1;

  /** The first page of a run, whose last one is the next entry. */
  static final long RUN = 2;

  static final long RUN_END = 4;

  private static final int FIRST = 4096;

  private final int most;
  private long[] entries;
  private int count;

  /** Since the last take, whether they are held or not. */
  private long faults;

  private boolean overflowed;

  /**
   * @param most how many entries it holds, a power of two: 8 bytes each, twice while they are
   *     sorted or taken
   */
  FaultLog(int most) {
    this.most = most;
    entries = new long[Math.min(FIRST, most)];
  }

  synchronized void add(long page) {
    faults++;
    if (count == entries.length) {
      makeRoom();
    }
    if (!overflowed) {
      entries[count++] = page;
    }
  }

  /** Adds each page of the block that starts there. */
  synchronized void addBlock(long block) {
    add(block | WHOLE_BLOCK);
  }

  private void makeRoom() {
    if (entries.length < most) {
      entries = Arrays.copyOf(entries, Math.min(2 * count, most));
      return;
    }
    compact();
    // Sorting all of them again after a few more would take longer than the faults do.
    if (count > most / 2) {
      overflowed = true;
      count = 0;
    }
  }

  /** Sorts the entries and puts those together that touch: never more than there were. */
  private void compact() {
    Arrays.sort(entries, 0, count);
    int used = 0;
    for (int at = 0; at < count; ) {
      int first = at;
      long start = page(entries[first]);
      long end = start;
      int open = 0;
      do {
        long entry = entries[at++];
        end = Math.max(end, end(entry));
        open += (entry & RUN) != 0 ? 1 : (entry & RUN_END) != 0 ? -1 : 0;
      } while (at < count && (open > 0 || page(entries[at]) <= end));
      if (at == first + 1) {
        entries[used++] = entries[first];
      } else if (end == start + FaultHandler.PAGE) {
        entries[used++] = start;
      } else {
        entries[used++] = start | RUN;
        entries[used++] = (end - FaultHandler.PAGE) | RUN_END;
      }
    }
    count = used;
  }

  private static long page(long entry) {
    return entry & -FaultHandler.PAGE;
  }

  private static long end(long entry) {
    return page(entry) + ((entry & WHOLE_BLOCK) == 0 ? FaultHandler.PAGE : FaultHandler.BLOCK);
  }

  /** What {@link #take} would return, as runs, ascending and apart: start, end, … It stays. */
  synchronized long[] runs() {
    compact();
    long[] bounds = new long[2 * count];
    int used = 0;
    for (int at = 0; at < count; at++) {
      bounds[used++] = page(entries[at]);
      bounds[used++] = end(entries[(entries[at] & RUN) == 0 ? at : ++at]);
    }
    return used == bounds.length ? bounds : Arrays.copyOf(bounds, used);
  }

  /** How many faults there were since the last take, if they were too many to be held; else 0. */
  synchronized long overflow() {
    return overflowed ? faults : 0;
  }

  /** Starts of pages, of blocks and of runs, with their flags; none if they were too many. */
  synchronized long[] take() {
    long[] taken = Arrays.copyOf(entries, count);
    if (entries.length > FIRST) {
      entries = new long[FIRST]; // other descriptors' logs have to fit, too
    }
    count = 0;
    faults = 0;
    overflowed = false;
    return taken;
  }
}
