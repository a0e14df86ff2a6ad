package dev.ooh.gc.sanity;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.Kinds;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.ObjectHeader;

/**
 * Walks through all blocks and checks that what is known of each fits: large objects' runs are
 * whole, and marks are where objects of the block's kind begin, and nowhere in blocks without any.
 * What {@link SanityChecker} does from the roots this does from the blocks. For a stopped world in
 * which all is swept.
 */
public final class HeapWalk {
  private final Blocks blocks;

  public HeapWalk(Blocks blocks) {
    this.blocks = blocks;
  }

  /**
   * Checks every block that was ever used.
   *
   * @param marks of a finished mark
   * @throws IllegalStateException naming the first block that is not as it should be
   */
  public void check(MarkBits marks) {
    int block = 0;
    while (block < blocks.frontier()) {
      int kind = blocks.kind(block);
      if (Kinds.isLarge(kind)) {
        checkRun(block);
        checkMarks(block, marks);
        block += blocks.link(block);
      } else {
        if (kind == Kinds.LARGE_REST) {
          throw broken(block, "is the rest of a large object that does not reach it");
        }
        checkMarks(block, marks);
        block++;
      }
    }
  }

  private void checkRun(int first) {
    int count = blocks.link(first);
    if (count < 1 || count > blocks.frontier() - first) {
      throw broken(first, "begins a large object of %d blocks".formatted(count));
    }
    for (int block = first + 1; block < first + count; block++) {
      if (blocks.kind(block) != Kinds.LARGE_REST || blocks.link(block) != first) {
        throw broken(block, "is not of the large object that begins at block " + first);
      }
    }
  }

  private void checkMarks(int block, MarkBits marks) {
    int kind = blocks.kind(block);
    long start = (long) block * Blocks.BLOCK_BYTES;
    int count = Kinds.isLarge(kind) ? blocks.link(block) : 1;
    long end = (long) count * Blocks.BLOCK_BYTES;
    for (long at = 0; at < end; at += ObjectHeader.GRANULE) {
      if (marks.get(start + at) && !begins(kind, at)) {
        throw broken(block, "has a mark at byte %d, where no object begins".formatted(at));
      }
    }
  }

  private static boolean begins(int kind, long at) {
    if (Kinds.isLarge(kind)) {
      return at == ObjectHeader.BYTES;
    }
    long inCells = at - Kinds.headerBytes(kind);
    return Kinds.isCells(kind)
        && inCells >= 0
        && inCells % Kinds.cellBytes(kind) == 0
        && inCells / Kinds.cellBytes(kind) < Kinds.cellsPerBlock(kind);
  }

  private IllegalStateException broken(int block, String what) {
    return new IllegalStateException(
        "block %d at 0x%x, of kind %d, %s"
            .formatted(block, blocks.address(block), blocks.kind(block), what));
  }
}
