package dev.ooh.gc.policy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The heap's memory in blocks of 16 KiB: what each is used for, and where the next free one is. A
 * block holds cells of one {@linkplain Kinds kind}, or a part of a large object's page run. Blocks
 * above the frontier were never used and read as zero. Guarded by the heap's lock; a block's kind
 * may be read by any thread that has an object of it.
 *
 * <p>The heap grows upwards, block by block from the program's view, a few megabytes at a time from
 * the address space's: right behind its end, or, where that is taken, behind a gap whose blocks are
 * never used.
 */
public final class Blocks {
  public static final int LOG_BLOCK_BYTES = 14;
  public static final int BLOCK_BYTES = 1 << LOG_BLOCK_BYTES;

  /** The widest gap, in blocks: 4 GiB. Mark bits cover gaps, too. */
  private static final int WIDEST_GAP = 1 << 18;

  private static final String NAME = "collected heap";

  /** How many free blocks may be expected to be written together. */
  private static final int AHEAD = 16;

  private static final int GROWTH = (4 << 20) >>> LOG_BLOCK_BYTES;

  private final AddressSpace space;
  private final List<Region> regions = new ArrayList<>();
  private final long base;
  private final int maxBlocks;
  private volatile byte[] kinds;
  private int[] links;

  /** Blocks on whose pages the next store may be a fault. */
  private final BitSet armed = new BitSet();

  private final IdleBlocks idle = new IdleBlocks();

  /** Blocks at which a mapping begins. */
  private final BitSet seams = new BitSet();

  /** Blocks that are not given back, however long they are free. */
  private final int kept;

  private int end;
  private int mapped;
  private volatile int frontier;
  private int used;
  private int freeFrom;
  private String refusal = "";

  /**
   * Maps the first part.
   *
   * @param initialBytes what to map now
   * @param maxBytes what to map at most
   * @param memoryBytes what the machine has: more is not mapped, as using it would end this process
   */
  public Blocks(AddressSpace space, long initialBytes, long maxBytes, long memoryBytes) {
    this.space = space;
    maxBlocks = blocks(Math.min(maxBytes, memoryBytes));
    if (memoryBytes < maxBytes) {
      refusal = "the machine has %d bytes of memory".formatted(memoryBytes);
    }
    int initial = Math.min(maxBlocks, Math.max(1, blocks(initialBytes)));
    Region first = space.map(RegionRequest.anonymous(NAME, (long) initial << LOG_BLOCK_BYTES));
    regions.add(first);
    base = first.start();
    kept = initial;
    end = initial;
    mapped = initial;
    kinds = new byte[initial];
    links = new int[initial];
  }

  /** The number of blocks that {@code bytes} need. */
  public static int blocks(long bytes) {
    return Math.toIntExact((bytes + BLOCK_BYTES - 1) >>> LOG_BLOCK_BYTES);
  }

  /** Bytes of the blocks that {@code bytes} take. */
  public static long roomBytes(long bytes) {
    return (long) blocks(bytes) << LOG_BLOCK_BYTES;
  }

  public long base() {
    return base;
  }

  public long address(int block) {
    return base + ((long) block << LOG_BLOCK_BYTES);
  }

  /** Frees all memory; nothing of the heap may be used any more. */
  public void unmap() {
    regions.forEach(space::unmap);
  }

  /** Whether {@code address} is in memory of the heap. */
  public boolean contains(long address) {
    byte[] all = kinds;
    long block = (address - base) >> LOG_BLOCK_BYTES;
    return block >= 0 && block < all.length && (all[(int) block] & 0xFF) != Kinds.GAP;
  }

  /** The block that {@code address}, within the heap, lies in. */
  public int of(long address) {
    return (int) ((address - base) >>> LOG_BLOCK_BYTES);
  }

  /** Blocks from here on were never used and need no attention. */
  public int frontier() {
    return frontier;
  }

  /** Bytes from the base to the frontier. */
  public long usedSpan() {
    return (long) frontier << LOG_BLOCK_BYTES;
  }

  /** Bytes of the blocks that were ever used. */
  public long usedBytes() {
    return (long) used << LOG_BLOCK_BYTES;
  }

  /** How many blocks are mapped. */
  public int mapped() {
    return mapped;
  }

  /** The mapped part of the heap. */
  public PageSet pages() {
    PageSet.Builder pages = PageSet.builder();
    for (int block = 0; block < end; block++) {
      if (kind(block) != Kinds.GAP) {
        pages.add(address(block), address(block + 1));
      }
    }
    return pages.build();
  }

  public long maxBytes() {
    return (long) maxBlocks << LOG_BLOCK_BYTES;
  }

  /**
   * Why the heap may not grow to what it was to have, or the address space did not let it; empty
   * when nothing is known against it.
   */
  public String refusal() {
    return refusal;
  }

  public int kind(int block) {
    return kinds[block] & 0xFF;
  }

  /** {@link #kind} by block; outdated when the heap grows. For loops; not to be written. */
  public byte[] kinds() {
    return kinds;
  }

  public void setKind(int block, int kind) {
    kinds[block] = (byte) kind;
  }

  /** A number that belongs to a block; its meaning depends on the kind. */
  public int link(int block) {
    return links[block];
  }

  public void setLink(int block, int link) {
    links[block] = link;
  }

  /** Pages of these blocks are to be armed. */
  void setArmed(int first, int count) {
    armed.set(first, first + count);
  }

  /**
   * Before most pages of these blocks are written: takes the faults of those that are armed, and of
   * free ones behind them, together.
   */
  void expectWrites(int first, int count) {
    int found = armed.nextSetBit(first);
    if (found < 0 || found >= first + count) {
      return;
    }
    int behind = first + count;
    int most = Math.min(behind + AHEAD, frontier);
    while (behind < most && armed.get(behind) && kind(behind) == Kinds.FREE) {
      behind++;
    }
    armed.clear(first, behind);
    space.expectWrites(PageSet.of(address(first), address(behind)));
  }

  /** Whether a block below {@code limit}, which is below the frontier, is free. */
  boolean hasRecycledBelow(int limit) {
    while (freeFrom < limit && kinds[freeFrom] != Kinds.FREE) {
      freeFrom++;
    }
    return freeFrom < limit;
  }

  /**
   * Makes memory of blocks that were just taken zero. They are free again if that fails, as where
   * the machine has no page left for one that was never written.
   *
   * @param bytes from the first one's start on; those above the frontier are zero
   */
  void zero(int first, long bytes) {
    boolean done = false;
    try {
      zeroKept(first, bytes);
      done = true;
    } finally {
      if (!done) {
        releaseTaken(first);
      }
    }
  }

  /** Frees what was just taken: a large object's run, or one block. */
  void releaseTaken(int first) {
    release(first, Math.max(1, Kinds.isLarge(kind(first)) ? links[first] : 1));
  }

  private void zeroKept(int first, long bytes) {
    int behind = first + blocks(bytes);
    int block = idle.nextKept(first);
    while (block < behind) {
      int until = Math.min(behind, idle.nextReturned(block));
      expectWrites(block, until - block);
      long start = address(block);
      long length = Math.min(address(first) + bytes, address(until)) - start;
      space.memory().fill(start, length, (byte) 0);
      block = idle.nextKept(until);
    }
    idle.taken(first, behind - first);
  }

  /**
   * After a full cycle, when all is swept: what stayed free since the last one may be given back.
   */
  void settleFree() {
    BitSet free = new BitSet(frontier);
    for (int block = 0; block < frontier; block++) {
      if (kinds[block] == Kinds.FREE) {
        free.set(block);
      }
    }
    idle.settle(free, Math.max(0, used - idle.returned() - kept));
  }

  /**
   * Gives a part of what is to be given back to the system.
   *
   * @param most blocks, at most
   * @return false when nothing is left
   */
  boolean giveBack(int most) {
    int left = most;
    int last = idle.leavingEnd();
    while (last > 0 && left > 0) {
      int first =
          Math.max(Math.max(last - left, idle.leavingStart(last)), seams.previousSetBit(last - 1));
      PageSet pages = PageSet.of(address(first), address(last));
      try {
        space.discard(pages);
      } catch (MemoryAccessException e) {
        // Locked into memory, perhaps: it stays.
        idle.stay();
        return false;
      }
      idle.left(first, last);
      armed.clear(first, last);
      left -= last - first;
      last = idle.leavingEnd();
    }
    return last > 0;
  }

  /** The lowest free block below the frontier, not zeroed; -1 when there is none. */
  int takeRecycled() {
    return hasRecycledBelow(frontier) ? freeFrom++ : -1;
  }

  /** A block never used; -1 when memory is full. */
  int takeFresh() {
    if (frontier == end && !grow(1, 1)) {
      return -1;
    }
    int block = frontier;
    while (kind(block) == Kinds.GAP) {
      block++;
    }
    useUpTo(block + 1);
    return block;
  }

  /**
   * {@code count} free blocks in a row, marked as a large object; -1 when memory is full. The part
   * above {@code frontier} as it was before is zero.
   *
   * @param kind the first one's
   */
  int takeRun(int count, int kind) {
    int first = findRun(count);
    if (first + count > end) {
      if (!grow(first + count - end, count)) {
        return -1;
      }
      first = findRun(count);
    }
    useUpTo(first + count);
    // Who looks at a word beside the program may come to any of them: it reads kind, then link.
    links[first] = count;
    Arrays.fill(links, first + 1, first + count, first);
    VarHandle.releaseFence();
    Arrays.fill(kinds, first + 1, first + count, (byte) Kinds.LARGE_REST);
    VarHandle.releaseFence();
    setKind(first, kind);
    return first;
  }

  /** Frees {@code count} blocks. */
  public void release(int first, int count) {
    Arrays.fill(kinds, first, first + count, (byte) Kinds.FREE);
    freeFrom = Math.min(freeFrom, first);
  }

  /** Free bytes: below the frontier, and what is still to be used or mapped. */
  public long freeBytes() {
    long free = maxBlocks - used;
    for (int block = 0; block < frontier; block++) {
      free += kind(block) == Kinds.FREE ? 1 : 0;
    }
    return free << LOG_BLOCK_BYTES;
  }

  /** The longest run of free blocks that are mapped, in bytes. */
  public long longestFreeRun() {
    long longest = 0;
    long run = 0;
    for (int block = 0; block < end; block++) {
      run = kind(block) == Kinds.FREE ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest << LOG_BLOCK_BYTES;
  }

  /** First fit, the unused part included; else where one could begin if the heap were longer. */
  private int findRun(int count) {
    int first = freeFrom;
    for (int block = first; block < end; block++) {
      if (kinds[block] != Kinds.FREE) {
        first = block + 1;
      } else if (block - first + 1 == count) {
        return first;
      }
    }
    return first;
  }

  private void useUpTo(int newFrontier) {
    for (int block = frontier; block < newFrontier; block++) {
      used += kind(block) == Kinds.GAP ? 0 : 1;
    }
    frontier = Math.max(frontier, newFrontier);
  }

  /**
   * Maps more.
   *
   * @param behind how many blocks are needed right behind the end
   * @param apart how many are needed if they can't be there
   */
  private boolean grow(int behind, int apart) {
    int most = maxBlocks - mapped;
    int usual = Math.max(GROWTH, mapped / 8);
    int wanted = Math.min(most, Math.max(apart, usual));
    int place = placeFor(wanted);
    if (place == end) {
      wanted = Math.min(most, Math.max(behind, usual));
    }
    if (wanted < (place == end ? behind : apart)) {
      return false;
    }
    if (place - end > WIDEST_GAP) {
      refusal = "the next free addresses are at 0x%x".formatted(address(place));
      return false;
    }
    try {
      regions.add(
          space.map(
              RegionRequest.anonymous(NAME, (long) wanted << LOG_BLOCK_BYTES).at(address(place))));
    } catch (MemoryAccessException e) {
      refusal = String.valueOf(e.getMessage());
      return false;
    }
    seams.set(place);
    byte[] grown = Arrays.copyOf(kinds, place + wanted);
    Arrays.fill(grown, end, place, (byte) Kinds.GAP);
    links = Arrays.copyOf(links, place + wanted);
    kinds = grown;
    end = place + wanted;
    mapped += wanted;
    return true;
  }

  /** The lowest block at or behind the end where {@code count} of them overlap no region. */
  private int placeFor(int count) {
    long place = address(end);
    for (Region region : space.regions()) {
      if (region.start() < place + ((long) count << LOG_BLOCK_BYTES) && place < region.end()) {
        place += (region.end() - place + BLOCK_BYTES - 1) & -BLOCK_BYTES;
      }
    }
    return Math.toIntExact((place - base) >>> LOG_BLOCK_BYTES);
  }
}
