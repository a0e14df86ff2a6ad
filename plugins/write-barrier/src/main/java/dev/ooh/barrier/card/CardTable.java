package dev.ooh.barrier.card;

import dev.ooh.memory.PageSet;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A byte for each card of native memory that is armed or was, by address. Two levels, so that it
 * costs what is armed:
 *
 * <pre>
 *   47          30 29               s            0
 *  +--------------+-----------------+-------------+
 *  | chunk, 1 GiB | card in chunk   | in the card |   2^s bytes a card
 *  +--------------+-----------------+-------------+
 * </pre>
 *
 * <p>A card is {@link #CLEAN} when it is armed and nothing was stored there since; every other card
 * is {@link #QUIET}, whether it was written or nobody watches it, and a store leaves it alone.
 *
 * <p><b>Why no store is missed.</b> The barrier is {@code store; compiler fence; load card; if
 * clean, store quiet}. Between the store and the load stands no CPU fence, so a writer may read an
 * old "quiet" while its store is still on its way. But whoever cleaned cards calls a process-wide
 * fence before memory is read. A writer that loaded its card before that fence has its store
 * visible by then, to be read with the rest; one that loads it after sees "clean" and marks. A mark
 * overwritten by a cleaning was made before the fence, and so was its store. A mark that is still
 * on its way when the card is looked at is found by the next fetch.
 *
 * <p>Barriers run in any thread; everything else in one at a time, which the caller sees to.
 */
public final class CardTable {
  private static final int CHUNK_SHIFT = 30;
  private static final int ADDRESS_BITS = 48;
  private static final int CHUNK_MASK = (1 << (ADDRESS_BITS - CHUNK_SHIFT)) - 1;
  private static final long IN_CHUNK = (1L << CHUNK_SHIFT) - 1;
  private static final byte QUIET = 0;
  private static final byte CLEAN = 1;

  /** Eight clean cards at once. */
  private static final long ALL_CLEAN = 0x0101_0101_0101_0101L;

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[][] chunks = new byte[CHUNK_MASK + 1][];
  private final int shift;

  /**
   * @param cardBytes a power of two from 64 to {@link PageSet#PAGE_SIZE}
   */
  public CardTable(int cardBytes) {
    if (Integer.bitCount(cardBytes) != 1 || cardBytes < 64 || cardBytes > PageSet.PAGE_SIZE) {
      throw new IllegalArgumentException(
          "card size is %d bytes, wanted a power of two from 64 to %d"
              .formatted(cardBytes, PageSet.PAGE_SIZE));
    }
    shift = Integer.numberOfTrailingZeros(cardBytes);
  }

  public int cardBytes() {
    return 1 << shift;
  }

  /** The arguments of the barriers that stay the same. */
  public byte[][] chunks() {
    return chunks;
  }

  public int shift() {
    return shift;
  }

  /** The barrier after a store of up to a card: marks the one or two cards that it touched. */
  public static void stored(byte[][] chunks, int shift, long address, long bytes) {
    // A compiler fence, and one between store and mark where the CPU reorders stores. Without it
    // the card's load may be hoisted out of a loop of stores, or above the store.
    VarHandle.releaseFence();
    mark(chunks, shift, address);
    long last = address + bytes - 1;
    if ((address ^ last) >>> shift != 0) {
      mark(chunks, shift, last);
    }
  }

  /** The barrier after a bulk operation. */
  public static void storedRange(byte[][] chunks, int shift, long address, long bytes) {
    VarHandle.releaseFence();
    long end = address + bytes;
    for (long at = address; at < end; ) {
      long chunkEnd = Math.min(end, (at | IN_CHUNK) + 1);
      byte[] chunk = chunks[(int) (at >>> CHUNK_SHIFT) & CHUNK_MASK];
      if (chunk != null) {
        int last = (int) ((chunkEnd - 1) & IN_CHUNK) >>> shift;
        for (int card = (int) (at & IN_CHUNK) >>> shift; card <= last; card++) {
          if (chunk[card] != QUIET) {
            chunk[card] = QUIET;
          }
        }
      }
      at = chunkEnd;
    }
  }

  private static void mark(byte[][] chunks, int shift, long address) {
    byte[] chunk = chunks[(int) (address >>> CHUNK_SHIFT) & CHUNK_MASK];
    if (chunk != null) {
      int card = (int) (address & IN_CHUNK) >>> shift;
      if (chunk[card] != QUIET) {
        chunk[card] = QUIET;
      }
    }
  }

  /** Whether the table reaches that far. */
  public static boolean holds(PageSet pages) {
    return pages.isEmpty() || pages.runEnd(pages.runCount() - 1) <= 1L << ADDRESS_BITS;
  }

  /**
   * Makes every card of {@code ranges} clean. Stores before the fence that the caller owes may go
   * unmarked.
   */
  public void arm(PageSet ranges) {
    set(ranges, CLEAN);
  }

  /** Nobody watches these any more. */
  public void disarm(PageSet ranges) {
    set(ranges, QUIET);
  }

  private void set(PageSet ranges, byte value) {
    ranges.forEachRun(
        (start, end) -> {
          for (long at = start; at < end; ) {
            long chunkEnd = Math.min(end, (at | IN_CHUNK) + 1);
            int index = (int) (at >>> CHUNK_SHIFT) & CHUNK_MASK;
            if (chunks[index] == null && value == CLEAN) {
              chunks[index] = new byte[1 << (CHUNK_SHIFT - shift)];
            }
            if (chunks[index] != null) {
              int last = (int) ((chunkEnd - 1) & IN_CHUNK) >>> shift;
              int first = (int) (at & IN_CHUNK) >>> shift;
              java.util.Arrays.fill(chunks[index], first, last + 1, value);
            }
            at = chunkEnd;
          }
        });
  }

  /**
   * The cards of {@code look}, all of them armed before, that were written since; those that lie in
   * {@code rearm} are clean afterwards.
   *
   * @return runs of cards; nothing is allocated for a card, only for a run
   */
  public PageSet drain(PageSet look, PageSet rearm) {
    Runs runs = new Runs();
    look.forEachRun(
        (start, end) -> {
          for (long at = start; at < end; ) {
            long chunkEnd = Math.min(end, (at | IN_CHUNK) + 1);
            byte[] chunk = chunks[(int) (at >>> CHUNK_SHIFT) & CHUNK_MASK];
            if (chunk != null) {
              collect(chunk, at, chunkEnd, runs);
            }
            at = chunkEnd;
          }
        });
    PageSet written = runs.build();
    // Cleaned after it was seen written; what is marked in between is reported anyway.
    arm(written.intersect(rearm));
    return written;
  }

  private void collect(byte[] chunk, long from, long to, Runs runs) {
    long base = from & ~IN_CHUNK;
    int card = (int) (from & IN_CHUNK) >>> shift;
    int end = ((int) ((to - 1) & IN_CHUNK) >>> shift) + 1;
    while (card < end) {
      if ((card & 7) == 0 && card + 8 <= end) {
        long eight = (long) EIGHT.get(chunk, card);
        if (eight == ALL_CLEAN) {
          card += 8;
          continue;
        }
        if (eight == 0) {
          runs.add(base + ((long) card << shift), base + ((long) (card + 8) << shift));
          card += 8;
          continue;
        }
      }
      if (chunk[card] == QUIET) {
        runs.add(base + ((long) card << shift), base + ((long) (card + 1) << shift));
      }
      card++;
    }
  }
}
