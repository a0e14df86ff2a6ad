package dev.ooh.gc.policy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import java.util.Arrays;

/**
 * The heap's memory in blocks of 16 KiB: what each is used for, and where the next free one is. A
 * block holds cells of one kind, or a part of a large object's page run. Blocks above the frontier
 * were never used and read as zero. Guarded by the heap's lock.
 *
 * <p>The heap is one range of addresses. It grows by mapping right behind its end, block by block
 * from the program's view, a few megabytes at a time from the address space's.
 */
public final class Blocks {
  public static final int LOG_BLOCK_BYTES = 14;
  public static final int BLOCK_BYTES = 1 << LOG_BLOCK_BYTES;

  /** Holds nothing. */
  public static final byte FREE = 0;

  /** First block of a large object; {@link #link} is the run's length in blocks. */
  public static final byte LARGE = 126;

  /** Further block of a large object; {@link #link} is the run's first block. */
  public static final byte LARGE_REST = 127;

  private static final int GROWTH = (4 << 20) >>> LOG_BLOCK_BYTES;

  private final AddressSpace space;
  private final long base;
  private final int maxBlocks;
  private byte[] kinds;
  private int[] links;
  private int mapped;
  private int frontier;
  private int freeFrom;
  private String refusal = "";

  /**
   * Maps the first part.
   *
   * @param initialBytes what to map now
   * @param maxBytes what to map at most
   */
  public Blocks(AddressSpace space, long initialBytes, long maxBytes) {
    this.space = space;
    maxBlocks = blocks(maxBytes);
    int initial = Math.min(maxBlocks, Math.max(1, blocks(initialBytes)));
    base = map(initial, -1);
    mapped = initial;
    kinds = new byte[initial];
    links = new int[initial];
  }

  /** The number of blocks that {@code bytes} need. */
  public static int blocks(long bytes) {
    return Math.toIntExact((bytes + BLOCK_BYTES - 1) >>> LOG_BLOCK_BYTES);
  }

  public long base() {
    return base;
  }

  public long address(int block) {
    return base + ((long) block << LOG_BLOCK_BYTES);
  }

  /** How many blocks were ever used; the others need no attention. */
  public int frontier() {
    return frontier;
  }

  public int mapped() {
    return mapped;
  }

  /** The mapped part of the heap. */
  public PageSet pages() {
    return PageSet.of(base, address(mapped));
  }

  public long maxBytes() {
    return (long) maxBlocks << LOG_BLOCK_BYTES;
  }

  /** Why the address space did not let the heap grow; empty when it never refused. */
  public String refusal() {
    return refusal;
  }

  /** What each block is used for, for hot loops; replaced when the heap grows. */
  public byte[] kinds() {
    return kinds;
  }

  public int kind(int block) {
    return kinds[block];
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

  /** The lowest free block below the frontier, not zeroed; -1 when there is none. */
  int takeRecycled() {
    while (freeFrom < frontier && kinds[freeFrom] != FREE) {
      freeFrom++;
    }
    return freeFrom < frontier ? freeFrom++ : -1;
  }

  /** A block never used; -1 when memory is full. */
  int takeFresh() {
    return frontier < mapped || grow(1) ? frontier++ : -1;
  }

  /**
   * {@code count} free blocks in a row, marked as a large object; -1 when memory is full. The part
   * above {@code frontier} as it was before is zero.
   */
  int takeRun(int count) {
    int first = findRun(count);
    if (first + count > mapped && !grow(first + count - mapped)) {
      return -1;
    }
    frontier = Math.max(frontier, first + count);
    kinds[first] = LARGE;
    links[first] = count;
    Arrays.fill(kinds, first + 1, first + count, LARGE_REST);
    Arrays.fill(links, first + 1, first + count, first);
    return first;
  }

  /** Frees {@code count} blocks. */
  public void release(int first, int count) {
    Arrays.fill(kinds, first, first + count, FREE);
    freeFrom = Math.min(freeFrom, first);
  }

  /** First fit; may end in, or begin at, the unused part. */
  private int findRun(int count) {
    int first = freeFrom;
    for (int block = first; block < frontier; block++) {
      if (kinds[block] != FREE) {
        first = block + 1;
      } else if (block - first + 1 == count) {
        return first;
      }
    }
    return first;
  }

  private boolean grow(int count) {
    int wanted = Math.min(maxBlocks - mapped, Math.max(count, Math.max(GROWTH, mapped / 8)));
    if (wanted < count) {
      return false;
    }
    try {
      map(wanted, address(mapped));
    } catch (MemoryAccessException e) {
      refusal = String.valueOf(e.getMessage());
      return false;
    }
    mapped += wanted;
    kinds = Arrays.copyOf(kinds, mapped);
    links = Arrays.copyOf(links, mapped);
    return true;
  }

  private long map(int count, long address) {
    RegionRequest request =
        RegionRequest.anonymous("collected heap", (long) count << LOG_BLOCK_BYTES);
    long start = space.map(address < 0 ? request : request.at(address)).start();
    if (address >= 0 && start != address) {
      throw new MemoryAccessException(
          start, "heap growth was mapped at 0x%x, wanted 0x%x".formatted(start, address));
    }
    return start;
  }
}
