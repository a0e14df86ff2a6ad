package dev.ooh.gc.policy;

import dev.ooh.memory.Memory;

/**
 * Objects above the largest cell, each alone in a run of pages that begins a block. Under the
 * heap's lock.
 */
public final class LargeObjectSpace {
  private final Memory memory;
  private final Blocks blocks;
  private MarkBits marks;

  public LargeObjectSpace(Memory memory, Blocks blocks, MarkBits marks) {
    this.memory = memory;
    this.blocks = blocks;
    this.marks = marks;
  }

  /** Zeroed memory for an object of {@code bytes}; 0 when there is none and the heap can't grow. */
  public long allocate(long bytes) {
    int frontier = blocks.frontier();
    int first = blocks.takeRun(Blocks.blocks(bytes));
    if (first < 0) {
      return 0;
    }
    marks.ensureBlocks(blocks.frontier());
    long start = blocks.address(first);
    long used = Math.min(bytes, blocks.address(frontier) - start);
    if (used > 0) {
      memory.fill(start, used, (byte) 0);
    }
    return start;
  }

  public void beginSweep(MarkBits newMarks) {
    marks = newMarks;
  }

  /**
   * Frees the run that begins at {@code block} unless its object is marked.
   *
   * @return whether it was kept
   */
  public boolean sweep(int block) {
    if (marks.get((long) block << Blocks.LOG_BLOCK_BYTES)) {
      return true;
    }
    blocks.release(block, blocks.link(block));
    return false;
  }
}
