package dev.ooh.gc.policy;

import java.util.Arrays;

/**
 * What one thread needs to allocate without a lock: for each kind, a hole of free cells that it
 * bumps through and the block that it searches for the next one; and its roots. Used by its thread;
 * by the collector while that thread is stopped.
 */
public final class Mutator {
  private final Thread thread;
  private final RootStack roots;

  /** First free byte and end of the current hole, by kind. Zeroed memory. */
  private final long[] cursor;

  private final long[] limit;

  /** The block searched for holes, by kind; -1 for none. */
  private final int[] block;

  /** The first cell of that block that was not searched. */
  private final int[] nextCell;

  private long allocatedBytes;
  private long kept;

  Mutator(Thread thread) {
    this.thread = thread;
    roots = new RootStack();
    cursor = new long[Kinds.COUNT];
    limit = new long[Kinds.COUNT];
    block = new int[Kinds.COUNT];
    nextCell = new int[Kinds.COUNT];
    retire();
  }

  /** Takes over the holes of {@code departed}, whose thread has ended. */
  Mutator(Thread thread, Mutator departed) {
    this.thread = thread;
    roots = new RootStack();
    cursor = departed.cursor;
    limit = departed.limit;
    block = departed.block;
    nextCell = departed.nextCell;
    allocatedBytes = departed.allocatedBytes;
  }

  public Thread thread() {
    return thread;
  }

  public RootStack roots() {
    return roots;
  }

  /** A cell of {@code kind}, zeroed; 0 when the current hole has none. */
  public long bump(int kind, int cellBytes) {
    long cell = cursor[kind];
    long next = cell + cellBytes;
    if (next > limit[kind]) {
      return 0;
    }
    cursor[kind] = next;
    return cell;
  }

  /**
   * Makes a new object a root until its allocation returns: releasing the lock may be a point to be
   * stopped at, and nobody else refers to it yet. 0 for none.
   */
  public void keep(long object) {
    kept = object;
  }

  /** The object being allocated; 0 for none. */
  public long kept() {
    return kept;
  }

  /** Gives up all holes: the free cells are found anew after a cycle. */
  void retire() {
    Arrays.fill(cursor, 0);
    Arrays.fill(limit, 0);
    Arrays.fill(block, -1);
  }

  int block(int kind) {
    return block[kind];
  }

  int nextCell(int kind) {
    return nextCell[kind];
  }

  void enterBlock(int kind, int newBlock) {
    block[kind] = newBlock;
    nextCell[kind] = 0;
  }

  void enterHole(int kind, long start, long end, int cellBehind) {
    cursor[kind] = start;
    limit[kind] = end;
    nextCell[kind] = cellBehind;
    allocatedBytes += end - start;
  }

  /** Bytes of holes entered since the last call. */
  public long takeAllocatedBytes() {
    long bytes = allocatedBytes;
    allocatedBytes = 0;
    return bytes;
  }
}
