package dev.ooh.gc.policy;

import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;

/** Objects above the largest cell, each alone in a run of pages that begins a block. */
final class LargeObjectSpace implements Space {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private final Memory memory;
  private final Blocks blocks;
  private final MarkBits marks;

  LargeObjectSpace(Memory memory, Blocks blocks, MarkBits marks) {
    this.memory = memory;
    this.blocks = blocks;
    this.marks = marks;
  }

  /**
   * Zeroed memory of {@code bytes}.
   *
   * @param kind of its first block
   * @return its first block; -1 when there is none and the heap can't grow
   */
  int allocate(long bytes, int kind) {
    int frontier = blocks.frontier();
    int first = blocks.takeRun(Blocks.blocks(bytes), kind);
    if (first >= 0) {
      long start = blocks.address(first);
      long used = Math.min(bytes, blocks.address(frontier) - start);
      if (used > 0) {
        blocks.zero(first, used);
      }
    }
    return first;
  }

  @Override
  public void addSlotPages(int block, PageSet.Builder pages) {
    long object = object(block);
    long end = searchedEnd(block, object);
    if (end > object) {
      pages.add(object & -PAGE, (end + PAGE - 1) & -PAGE);
    }
  }

  @Override
  public void visitMarked(int block, long from, long to, MarkBits marked, SlotVisitor visitor) {
    int first = Kinds.isLarge(blocks.kind(block)) ? block : blocks.link(block);
    long object = object(first);
    if (marked.get(object - blocks.base())) {
      long start = Math.max(object, from & -Long.BYTES);
      long end = Math.min(searchedEnd(first, object), to);
      if (Kinds.isConservative(blocks.kind(first))) {
        visitor.words(start, end);
      } else {
        visitor.slots(start, end);
      }
    }
  }

  @Override
  public boolean sweep(int block) {
    boolean marked = marks.get(object(block) - blocks.base());
    if (!marked) {
      blocks.release(block, blocks.link(block));
    }
    return marked;
  }

  private long object(int block) {
    return blocks.address(block) + ObjectHeader.BYTES;
  }

  /** Where what may be references ends. */
  private long searchedEnd(int first, long object) {
    long header = memory.getLong(object - ObjectHeader.BYTES);
    long end =
        Kinds.isConservative(blocks.kind(first))
            ? object + ObjectHeader.dataBytes(header)
            : ObjectModel.slot(object, ObjectHeader.references(header));
    // A stray store may have changed the header.
    return Math.min(end, blocks.address(first + blocks.link(first)));
  }
}
