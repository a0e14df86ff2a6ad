package dev.ooh.barrier.card;

import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
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
 * <p><b>Why no store is missed.</b> The barrier is {@code store; load card; if clean, store quiet},
 * with no CPU fence between: a writer may read an old "quiet" while its store is still on its way.
 * But whoever cleaned cards calls a process-wide fence before memory is read. A writer that loaded
 * its card before that fence has its store visible by then, to be read with the rest; one that
 * loads it after sees "clean" and marks. A mark overwritten by a cleaning was made before the
 * fence, and so was its store; a mark still on its way is found by the next fetch.
 *
 * <p><b>Why compilers keep the order.</b> Cards lie off the heap like the memory that they stand
 * for. HotSpot's compilers take all memory off the heap for one alias class: a load of a card is
 * moved neither above an earlier store nor out of a loop that stores. Cards on the heap would need
 * a compiler fence in each barrier, after which the store's own checks can't leave a loop either;
 * that made sequential stores three times as slow.
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
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** How many cards are looked at together. */
  private static final int PORTION = 16384;

  /** An access by address; constant, so that no check of it is left in compiled code. */
  private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** Freed when nobody can run a barrier with this table any more. */
  private final Arena arena = Arena.ofAuto();

  /** The address of each chunk's cards, 0 where nothing was ever armed. */
  private final MemorySegment directory = arena.allocate(ValueLayout.JAVA_LONG, CHUNK_MASK + 1L);

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

  /** An argument of the barriers that stays the same: where the directory is. */
  public long directory() {
    return directory.address();
  }

  /** Another one: how many bits of an address lie within a card. */
  public int shift() {
    return shift;
  }

  /**
   * The barrier after a store of up to a card: marks the one or two cards that it touched.
   *
   * @param table keeps the cards from being freed, also when they were switched off meanwhile
   */
  public static void stored(CardTable table, long directory, int shift, long address, long bytes) {
    mark(directory, shift, address);
    long inCard = address & ((1L << shift) - 1);
    if (inCard > (1L << shift) - bytes) {
      mark(directory, shift, address + bytes - 1);
    }
    Reference.reachabilityFence(table);
  }

  private static void mark(long directory, int shift, long address) {
    long chunk = chunk(directory, address);
    if (chunk != 0) {
      long card = chunk + ((address & IN_CHUNK) >>> shift);
      if (EVERYTHING.get(ValueLayout.JAVA_BYTE, card) != QUIET) {
        EVERYTHING.set(ValueLayout.JAVA_BYTE, card, QUIET);
      }
    }
  }

  private static long chunk(long directory, long address) {
    return EVERYTHING.get(
        ValueLayout.JAVA_LONG, directory + ((address >>> CHUNK_SHIFT & CHUNK_MASK) << 3));
  }

  /** The barrier after a bulk operation, which may have failed; for any range, even a wrong one. */
  public static void storedRange(
      CardTable table, long directory, int shift, long address, long bytes) {
    long end = Math.min(address + bytes, 1L << ADDRESS_BITS);
    long at = Math.max(address, 0);
    while (at < end) {
      long chunkEnd = Math.min(end, (at | IN_CHUNK) + 1);
      long chunk = chunk(directory, at);
      if (chunk != 0) {
        long last = chunk + ((chunkEnd - 1 & IN_CHUNK) >>> shift);
        for (long card = chunk + ((at & IN_CHUNK) >>> shift); card <= last; card++) {
          if (EVERYTHING.get(ValueLayout.JAVA_BYTE, card) != QUIET) {
            EVERYTHING.set(ValueLayout.JAVA_BYTE, card, QUIET);
          }
        }
      }
      at = chunkEnd;
    }
    Reference.reachabilityFence(table);
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
            long chunk = value == CLEAN ? chunkOf(at) : chunk(directory.address(), at);
            if (chunk != 0) {
              long first = (at & IN_CHUNK) >>> shift;
              long last = (chunkEnd - 1 & IN_CHUNK) >>> shift;
              EVERYTHING.asSlice(chunk + first, last - first + 1).fill(value);
            }
            at = chunkEnd;
          }
        });
  }

  /** The chunk's cards, all quiet if nothing was armed there before. */
  private long chunkOf(long address) {
    long index = address >>> CHUNK_SHIFT & CHUNK_MASK;
    long chunk = directory.getAtIndex(ValueLayout.JAVA_LONG, index);
    if (chunk == 0) {
      chunk = arena.allocate(1L << (CHUNK_SHIFT - shift), Long.BYTES).address();
      // Whoever sees the address sees quiet cards.
      VarHandle.releaseFence();
      directory.setAtIndex(ValueLayout.JAVA_LONG, index, chunk);
    }
    return chunk;
  }

  /**
   * The cards of {@code look}, all of them armed before, that were written since; those that lie in
   * {@code rearm} are clean afterwards.
   *
   * @return runs of cards; nothing is allocated for a card, only for a run
   */
  public PageSet drain(PageSet look, PageSet rearm) {
    PageSet.Builder runs = PageSet.builder();
    look.forEachRun(
        (start, end) -> {
          for (long at = start; at < end; ) {
            long chunkEnd = Math.min(end, (at | IN_CHUNK) + 1);
            long chunk = chunk(directory.address(), at);
            if (chunk != 0) {
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

  /** Copies the cards in portions, since a plain array is quick to look at even when it's cold. */
  private void collect(long chunk, long from, long to, PageSet.Builder runs) {
    long base = from & ~IN_CHUNK;
    long end = ((to - 1 & IN_CHUNK) >>> shift) + 1;
    long card = (from & IN_CHUNK) >>> shift;
    byte[] portion = new byte[(int) Math.min(PORTION, end - card)];
    while (card < end) {
      int count = (int) Math.min(portion.length, end - card);
      MemorySegment.copy(EVERYTHING, ValueLayout.JAVA_BYTE, chunk + card, portion, 0, count);
      for (int i = 0; i < count; ) {
        if (i + 8 <= count && (long) EIGHT.get(portion, i) == ALL_CLEAN) {
          i += 8;
          continue;
        }
        int first = i;
        while (i < count && portion[i] == QUIET) {
          i++;
        }
        if (i > first) {
          runs.add(base + ((card + first) << shift), base + ((card + i) << shift));
        } else {
          i++;
        }
      }
      card += count;
    }
  }
}
