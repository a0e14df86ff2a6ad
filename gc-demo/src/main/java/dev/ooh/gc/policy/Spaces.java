package dev.ooh.gc.policy;

import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The heap as the collector sees it: which blocks hold old objects, which were allocated into since
 * the last cycle, and what is free. Under the heap's lock, but for {@link #nextHole} and {@link
 * #visitMarked}.
 */
public final class Spaces {
  private final Blocks blocks;
  private final MarkBits marks;
  private final CellSpace cells;
  private final LargeObjectSpace large;

  /** Blocks allocated into since the last cycle; of a large object the first. */
  private final BitSet young = new BitSet();

  /** Blocks that may have slots of old objects; of a large object the first. */
  private final BitSet old = new BitSet();

  /** Bytes in old objects, by block. */
  private long[] live = new long[0];

  private long liveBytes;
  private final PageSet.Builder pages = PageSet.builder();

  /**
   * @param marks in force
   */
  public Spaces(Memory memory, Blocks blocks, MarkBits marks) {
    this.blocks = blocks;
    this.marks = marks;
    cells = new CellSpace(memory, blocks, marks);
    large = new LargeObjectSpace(memory, blocks, marks);
  }

  /** Bytes in old objects, floating garbage included. */
  public long liveBytes() {
    return liveBytes;
  }

  // ---- Allocation -----------------------------------------------------------------------------

  /**
   * Moves the mutator to the next hole of the block it is in; for its own thread, without the lock.
   *
   * @return false when the block has none left
   */
  public boolean nextHole(Mutator mutator, CellAllocator to) {
    return cells.nextHole(mutator, to);
  }

  /**
   * Gives the mutator a block with free cells.
   *
   * @return false when there is none and the heap can't grow
   */
  public boolean acquireBlock(Mutator mutator, CellAllocator to) {
    int block = cells.acquireFree(mutator, to);
    if (block < 0) {
      block = cells.acquireFresh(mutator, to);
    }
    if (block < 0) {
      block = cells.acquireTight(mutator, to);
    }
    if (block < 0) {
      return false;
    }
    marks.growTo(blocks.frontier());
    young.set(block);
    return true;
  }

  /** Zeroed memory for a large object; 0 when there is none and the heap can't grow. */
  public long allocateLarge(long bytes) {
    int block = large.allocate(bytes);
    if (block < 0) {
      return 0;
    }
    marks.growTo(blocks.frontier());
    young.set(block);
    return blocks.address(block) + ObjectHeader.BYTES;
  }

  // ---- Marking --------------------------------------------------------------------------------

  /**
   * The pages with slots of old objects in blocks that nobody allocates into: worth arming, and to
   * be asked about.
   */
  public PageSet watched() {
    for (int block = old.nextSetBit(0); block >= 0; block = old.nextSetBit(block + 1)) {
      if (!young.get(block)) {
        space(block).addSlotPages(block, pages);
        blocks.setArmed(block, blocks.kind(block) == Kinds.LARGE ? blocks.link(block) : 1);
      }
    }
    return pages.build();
  }

  /** The pages with slots of old objects that are not {@link #watched}: they count as changed. */
  public PageSet unwatched() {
    for (int block = old.nextSetBit(0); block >= 0; block = old.nextSetBit(block + 1)) {
      if (young.get(block)) {
        space(block).addSlotPages(block, pages);
      }
    }
    return pages.build();
  }

  /**
   * Shows the slots in {@code [from, to)}, a part of {@code block}, of objects that are marked. For
   * any thread, while no cycle begins or ends.
   */
  public void visitMarked(int block, long from, long to, MarkBits marked, SlotVisitor visitor) {
    if (Kinds.references(blocks.kind(first(block))) != Kinds.NO_OBJECT && old.get(first(block))) {
      space(block).visitMarked(block, from, to, marked, visitor);
    }
  }

  private int first(int block) {
    return blocks.kind(block) == Kinds.LARGE_REST ? blocks.link(block) : block;
  }

  private Space space(int block) {
    return Kinds.isCells(blocks.kind(block)) ? cells : large;
  }

  // ---- Sweeping -------------------------------------------------------------------------------

  /** After a young cycle: only blocks that were allocated into have changed. */
  public int sweepYoung() {
    int swept = 0;
    // Descending, so that allocation goes upwards.
    for (int block = young.length() - 1; block >= 0; block = young.previousSetBit(block - 1)) {
      sweep(block);
      swept++;
    }
    young.clear();
    return swept;
  }

  /** After a full cycle. */
  public int sweepAll() {
    cells.forgetFree();
    int swept = 0;
    for (int block = blocks.frontier() - 1; block >= 0; block--) {
      if (Kinds.references(blocks.kind(block)) != Kinds.NO_OBJECT) {
        sweep(block);
        swept++;
      }
    }
    young.clear();
    return swept;
  }

  private void sweep(int block) {
    if (block >= live.length) {
      live = Arrays.copyOf(live, blocks.frontier() + blocks.frontier() / 2);
    }
    int kind = blocks.kind(block);
    long bytes = space(block).sweep(block);
    liveBytes += bytes - live[block];
    live[block] = bytes;
    old.set(block, bytes != 0 && Kinds.references(kind) != 0);
  }
}
