package dev.ooh.gc.policy;

/**
 * How one thread allocates cells of one kind: it bumps through a hole of free cells, then searches
 * a block for the next one. A class of its own, so that a loop that allocates finds all of it by
 * one reference. Used by its thread; by the collector while that thread is stopped.
 */
public final class CellAllocator {
  private final int kind;
  private final int cellBytes;

  /** First free byte and end of the current hole. Zeroed memory. */
  private long cursor;

  private long limit;

  /** The block searched for holes; -1 for none. */
  private int block = -1;

  /** The first cell of that block that was not searched. */
  private int nextCell;

  CellAllocator(int kind) {
    this.kind = kind;
    cellBytes = Kinds.cellBytes(kind);
  }

  public int kind() {
    return kind;
  }

  /** A cell, zeroed; 0 when the current hole has none. */
  public long bump() {
    long cell = cursor;
    long next = cell + cellBytes;
    if (next > limit) {
      return 0;
    }
    cursor = next;
    return cell;
  }

  void retire() {
    limit = 0;
    block = -1;
  }

  /** Whether the current hole has free cells. */
  boolean hasRest() {
    return cursor < limit;
  }

  long cursor() {
    return cursor;
  }

  long limit() {
    return limit;
  }

  int block() {
    return block;
  }

  int nextCell() {
    return nextCell;
  }

  void enterBlock(int newBlock) {
    block = newBlock;
    nextCell = 0;
  }

  void enterHole(long start, long end, int cellBehind) {
    cursor = start;
    limit = end;
    nextCell = cellBehind;
  }
}
