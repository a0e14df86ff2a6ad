package dev.ooh.gc.policy;

import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import java.util.Arrays;

/**
 * Small objects, in blocks of equal cells. Sweeping a block is counting its mark bits; which of its
 * cells are free is read off the mark bits when somebody allocates there, so sweeping writes no
 * tracked page. (A free list threaded through the cells would dirty every page that holds one.)
 *
 * <p>Whole free blocks are preferred to holes between old objects, and long holes to short ones:
 * pages of old objects are armed, and the first store to each is a fault.
 */
final class CellSpace implements Space {
  /** Below this, storing words is cheaper than a call that fills. */
  private static final int SMALL_FILL = 64;

  /** A block of which less than one part in so many is free is used when nothing else is left. */
  private static final int ROOMY = 4;

  private final Memory memory;
  private final Blocks blocks;
  private final MarkBits marks;

  /** First block with free cells by kind, linked through {@link Blocks#link}; -1 for none. */
  private final int[] roomy = new int[Kinds.COUNT];

  private final int[] tight = new int[Kinds.COUNT];

  CellSpace(Memory memory, Blocks blocks, MarkBits marks) {
    this.memory = memory;
    this.blocks = blocks;
    this.marks = marks;
    forgetFree();
  }

  /**
   * Moves the mutator to the next hole of the block it is in; for its own thread, without the lock.
   *
   * @return false when the block has none left
   */
  boolean nextHole(Mutator mutator, CellAllocator to) {
    int block = to.block();
    if (block < 0) {
      return false;
    }
    int kind = to.kind();
    int cellBytes = Kinds.cellBytes(kind);
    int cells = Kinds.cellsPerBlock(kind);
    long offset = (long) block << Blocks.LOG_BLOCK_BYTES;
    long objects = offset + Kinds.headerBytes(kind);
    long[] words = marks.words();
    int first = to.nextCell();
    while (first < cells && MarkBits.isSet(words, objects + (long) first * cellBytes)) {
      first++;
    }
    if (first == cells) {
      to.enterBlock(-1);
      return false;
    }
    int end = first + 1;
    while (end < cells && !MarkBits.isSet(words, objects + (long) end * cellBytes)) {
      end++;
    }
    long start = blocks.base() + offset + (long) first * cellBytes;
    long limit = blocks.base() + offset + (long) end * cellBytes;
    zero(start, limit);
    mutator.enterHole(to, start, limit, end);
    return true;
  }

  /**
   * Takes a block with free cells of this kind that costs little to use, for {@link #enter}.
   *
   * @return the block; -1 when there is none
   */
  int takeFree(int kind) {
    int block = blocks.takeRecycled();
    if (block >= 0) {
      blocks.zero(block, Blocks.BLOCK_BYTES);
      return block;
    }
    return takeListed(kind, roomy);
  }

  /** As {@link #takeFree}, a block with few free cells. */
  int takeTight(int kind) {
    return takeListed(kind, tight);
  }

  private int takeListed(int kind, int[] heads) {
    int block = heads[kind];
    if (block >= 0) {
      heads[kind] = blocks.link(block);
    }
    return block;
  }

  /** Gives the mutator a block that was taken for it: a zeroed one, or one with objects. */
  void enter(Mutator mutator, CellAllocator to, int block) {
    if (blocks.kind(block) != Kinds.FREE) {
      to.enterBlock(block);
      blocks.expectWrites(block, 1);
      nextHole(mutator, to);
      return;
    }
    int kind = to.kind();
    blocks.setKind(block, kind);
    to.enterBlock(block);
    int cells = Kinds.cellsPerBlock(kind);
    long start = blocks.address(block);
    mutator.enterHole(to, start, start + (long) cells * Kinds.cellBytes(kind), cells);
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

  /** Before a sweep of everything: no block is known to have free cells. */
  void forgetFree() {
    Arrays.fill(roomy, -1);
    Arrays.fill(tight, -1);
  }

  @Override
  public void addSlotPages(int block, PageSet.Builder pages) {
    pages.add(blocks.address(block), blocks.address(block + 1));
  }

  @Override
  public void visitMarked(int block, long from, long to, MarkBits marked, SlotVisitor visitor) {
    int kind = blocks.kind(block);
    int cellBytes = Kinds.cellBytes(kind);
    int header = Kinds.headerBytes(kind);
    boolean conservative = Kinds.isConservative(kind);
    long blockStart = blocks.address(block);
    // The object that begins below the range may reach into it.
    long firstCell = blockStart + Math.floorDiv(from - blockStart - header, cellBytes) * cellBytes;
    long at = Math.max(blockStart, firstCell) + header - blocks.base();
    long end = to - blocks.base();
    long[] words = marked.words();
    while (at < end) {
      long next = Math.min(end, (at | (MarkBits.BYTES_PER_WORD - 1)) + 1);
      long wordStart = at & -MarkBits.BYTES_PER_WORD;
      long bits = words[(int) (at >>> MarkBits.LOG_BYTES_PER_WORD)] & MarkBits.mask(at, next);
      while (bits != 0) {
        long object =
            blocks.base()
                + wordStart
                + ((long) Long.numberOfTrailingZeros(bits) << ObjectHeader.LOG_GRANULE);
        long start = Math.max(object, from & -Long.BYTES);
        if (conservative) {
          visitor.words(start, Math.min(dataEnd(object), to));
        } else {
          visitor.slots(start, Math.min(ObjectModel.slot(object, references(kind, object)), to));
        }
        bits &= bits - 1;
      }
      at = next;
    }
  }

  /** Of an object with a header and no slots. */
  private long dataEnd(long object) {
    return object + ObjectHeader.dataBytes(memory.getLong(object - ObjectHeader.BYTES));
  }

  private int references(int kind, long object) {
    int references = Kinds.references(kind);
    return references >= 0
        ? references
        : ObjectHeader.references(memory.getLong(object - ObjectHeader.BYTES));
  }

  @Override
  public boolean sweep(int block) {
    int kind = blocks.kind(block);
    int cells = Kinds.cellsPerBlock(kind);
    int marked = marks.count(block);
    if (marked == 0) {
      blocks.release(block, 1);
    } else if (marked < cells) {
      int[] heads = (cells - marked) * ROOMY >= cells ? roomy : tight;
      blocks.setLink(block, heads[kind]);
      heads[kind] = block;
    }
    return marked != 0;
  }
}
