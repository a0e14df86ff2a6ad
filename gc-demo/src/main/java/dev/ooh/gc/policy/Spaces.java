package dev.ooh.gc.policy;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import java.util.BitSet;

/**
 * The heap as the collector sees it: which blocks hold old objects, which were allocated into since
 * the last cycle, which are still to be swept, and what is free. Under the heap's lock, but for
 * {@link #nextHole} and {@link #visitMarked}.
 */
public final class Spaces {
  /** Work units of sweeping a block: its mark bits and its place in a list. */
  private static final int BLOCK_WORK = 5;

  private final ExecutionContext execution;
  private final Blocks blocks;
  private final MarkBits marks;
  private final CellSpace cells;
  private final LargeObjectSpace large;

  /** Blocks allocated into since the last cycle; of a large object the first. */
  private final BitSet young = new BitSet();

  /** Blocks that may have slots of old objects; of a large object the first. */
  private final BitSet old = new BitSet();

  /** Blocks that begin objects, dead ones included; of a large object the first. */
  private final BitSet begun = new BitSet();

  /** Of those, the ones whose mark bits were not counted since the last cycle. */
  private final BitSet unswept = new BitSet();

  /** No block below it is unswept. */
  private int unsweptFrom;

  /** Whether a full cycle's end is due when all is swept. */
  private boolean settling;

  private long liveBytes;
  private final PageSet.Builder pages = PageSet.builder();

  /**
   * @param marks in force
   */
  public Spaces(Memory memory, ExecutionContext execution, Blocks blocks, MarkBits marks) {
    this.execution = execution;
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
    sweepForFreeBlock();
    int kind = to.kind();
    int block = cells.takeFree(kind);
    if (block < 0) {
      block = blocks.takeFresh();
    }
    if (block < 0) {
      block = cells.takeTight(kind);
    }
    if (block < 0) {
      return false;
    }
    begin(block);
    cells.enter(mutator, to, block);
    return true;
  }

  /**
   * Zeroed memory for a large object; 0 when there is none and the heap can't grow.
   *
   * @param kind {@link Kinds#LARGE} or {@link Kinds#LARGE_CONSERVATIVE}
   */
  public long allocateLarge(long bytes, int kind) {
    finishSweep();
    int block = large.allocate(bytes, kind);
    if (block < 0) {
      return 0;
    }
    begin(block);
    return blocks.address(block) + ObjectHeader.BYTES;
  }

  /**
   * Makes a block that was taken known to cycles, before anybody allocates there: one that they
   * don't know is neither swept nor watched. Where that fails, as Java has no memory for more
   * marks, a block without objects is free again.
   */
  private void begin(int block) {
    boolean hasObjects = begun.get(block);
    boolean done = false;
    try {
      marks.growTo(blocks.frontier());
      begun.set(block);
      young.set(block);
      done = true;
    } finally {
      if (!done && !hasObjects) {
        begun.clear(block);
        blocks.releaseTaken(block);
      }
    }
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
        blocks.setArmed(block, Kinds.isLarge(blocks.kind(block)) ? blocks.link(block) : 1);
      }
    }
    return pages.build();
  }

  /** The pages with slots of old objects that are not {@link #watched}: they count as changed. */
  public PageSet unwatched() {
    for (int block = young.nextSetBit(0); block >= 0; block = young.nextSetBit(block + 1)) {
      if (old.get(block)) {
        space(block).addSlotPages(block, pages);
      }
    }
    return pages.build();
  }

  /**
   * Shows the slots in {@code [from, to)}, a part of {@code block}, of objects that are marked. For
   * any thread, while no cycle begins or ends: it looks at nothing that sweeping changes.
   */
  public void visitMarked(int block, long from, long to, MarkBits marked, SlotVisitor visitor) {
    int references = Kinds.references(blocks.kind(first(block)));
    if (references != Kinds.NO_OBJECT && references != 0) {
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

  /**
   * After a young cycle's mark: blocks that were allocated into are to be swept.
   *
   * @param markedBytes in objects that were marked by it
   */
  public void sweepYoungLater(long markedBytes) {
    unswept.or(young);
    liveBytes += markedBytes;
    restart();
  }

  /**
   * After a full cycle's mark: all blocks are to be swept.
   *
   * @param markedBytes in all that is marked
   */
  public void sweepAllLater(long markedBytes) {
    cells.forgetFree();
    unswept.or(begun);
    settling = true;
    liveBytes = markedBytes;
    restart();
  }

  private void restart() {
    unsweptFrom = 0;
    young.clear();
  }

  /**
   * Sweeps at most so many blocks.
   *
   * @return false when none is left
   */
  public boolean sweepSome(int most) {
    int block = nextUnswept();
    for (int left = most; block >= 0 && left > 0; left--) {
      sweep(block);
      block = nextUnswept();
    }
    return block >= 0;
  }

  /** Sweeps what is left: before marks change, and before anybody says that memory is full. */
  public void finishSweep() {
    // Descending, so that allocation goes upwards.
    for (int block = unswept.length() - 1; block >= 0; block = unswept.previousSetBit(block - 1)) {
      sweep(block);
    }
  }

  /**
   * When all is swept: gives some of the memory back to the system that stayed free from one full
   * cycle to the next.
   *
   * @param most blocks, at most
   * @return false when nothing is left
   */
  public boolean giveBack(int most) {
    if (settling) {
      blocks.settleFree();
      settling = false;
    }
    return blocks.giveBack(most);
  }

  /** Until the lowest free block is known: what is used does not depend on when it is swept. */
  private void sweepForFreeBlock() {
    for (int block = nextUnswept();
        block >= 0 && !blocks.hasRecycledBelow(block);
        block = nextUnswept()) {
      sweep(block);
    }
  }

  private int nextUnswept() {
    int block = unswept.nextSetBit(unsweptFrom);
    unsweptFrom = block < 0 ? unswept.size() : block;
    return block;
  }

  private void sweep(int block) {
    unswept.clear(block);
    int kind = blocks.kind(block);
    boolean kept = space(block).sweep(block);
    begun.set(block, kept);
    old.set(block, kept && Kinds.references(kind) != 0);
    execution.work(BLOCK_WORK);
  }
}
