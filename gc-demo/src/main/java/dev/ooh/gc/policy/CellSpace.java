package dev.ooh.gc.policy;

import dev.ooh.memory.Memory;
import java.util.Arrays;

/**
 * Small objects, in blocks of equal cells. Sweeping a block is counting its mark bits; which of its
 * cells are free is read off the mark bits when somebody allocates there, so sweeping writes no
 * tracked page. (A free list threaded through the cells would dirty every page that holds one.)
 *
 * <p>Whole free blocks are preferred to holes between old objects, which keeps pages of old objects
 * clean.
 */
public final class CellSpace {
  /** Below this, storing words is cheaper than a call that fills. */
  private static final int SMALL_FILL = 64;

  private final Memory memory;
  private final Blocks blocks;

  /** The marks of the last cycle. */
  private MarkBits marks;

  /** First block with free cells by kind, linked through {@link Blocks#link}; -1 for none. */
  private final int[] partial = new int[SizeClasses.KINDS + 1];

  public CellSpace(Memory memory, Blocks blocks, MarkBits marks) {
    this.memory = memory;
    this.blocks = blocks;
    this.marks = marks;
    Arrays.fill(partial, -1);
  }

  /**
   * Moves the mutator to the next hole of the block it is in; for its own thread, without the lock.
   *
   * @return false when the block has none left
   */
  public boolean nextHole(Mutator mutator, int kind) {
    int block = mutator.block(kind);
    if (block < 0) {
      return false;
    }
    int cellBytes = SizeClasses.cellBytes(kind);
    int cells = SizeClasses.cellsPerBlock(kind);
    long offset = (long) block << Blocks.LOG_BLOCK_BYTES;
    int first = mutator.nextCell(kind);
    while (first < cells && marks.get(offset + (long) first * cellBytes)) {
      first++;
    }
    if (first == cells) {
      mutator.enterBlock(kind, -1);
      return false;
    }
    int end = first + 1;
    while (end < cells && !marks.get(offset + (long) end * cellBytes)) {
      end++;
    }
    long start = blocks.base() + offset + (long) first * cellBytes;
    long limit = blocks.base() + offset + (long) end * cellBytes;
    zero(start, limit);
    mutator.enterHole(kind, start, limit, end);
    return true;
  }

  /**
   * Gives the mutator a block with free cells; under the heap's lock.
   *
   * @return false when there is none and the heap can't grow
   */
  public boolean acquireBlock(Mutator mutator, int kind) {
    int block = blocks.takeRecycled();
    if (block >= 0) {
      enter(mutator, kind, block);
      zero(blocks.address(block), blocks.address(block + 1));
      return true;
    }
    block = partial[kind];
    if (block >= 0) {
      partial[kind] = blocks.link(block);
      mutator.enterBlock(kind, block);
      return nextHole(mutator, kind);
    }
    block = blocks.takeFresh();
    if (block >= 0) {
      marks.ensureBlocks(blocks.frontier());
      enter(mutator, kind, block);
      return true;
    }
    return false;
  }

  private void enter(Mutator mutator, int kind, int block) {
    blocks.setKind(block, kind);
    mutator.enterBlock(kind, block);
    int cells = SizeClasses.cellsPerBlock(kind);
    long start = blocks.address(block);
    mutator.enterHole(kind, start, start + (long) cells * SizeClasses.cellBytes(kind), cells);
  }

  private void zero(long start, long end) {
    if (end - start > SMALL_FILL) {
      memory.fill(start, end - start, (byte) 0);
    } else {
      for (long at = start; at < end; at += Long.BYTES) {
        memory.putLong(at, 0);
      }
    }
  }

  /** Before a sweep: no block is known to have free cells; {@code newMarks} are in force. */
  public void beginSweep(MarkBits newMarks) {
    marks = newMarks;
    Arrays.fill(partial, -1);
  }

  /**
   * Frees the block, or keeps it for allocation if it has free cells. Call in descending order, so
   * that allocation goes upwards.
   *
   * @return how many cells are marked
   */
  public int sweep(int block) {
    int kind = blocks.kind(block);
    long[] words = marks.words();
    int from = block * MarkBits.WORDS_PER_BLOCK;
    int marked = 0;
    for (int word = from; word < from + MarkBits.WORDS_PER_BLOCK; word++) {
      marked += Long.bitCount(words[word]);
    }
    if (marked == 0) {
      blocks.release(block, 1);
    } else if (marked < SizeClasses.cellsPerBlock(kind)) {
      blocks.setLink(block, partial[kind]);
      partial[kind] = block;
    }
    return marked;
  }
}
