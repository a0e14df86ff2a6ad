package dev.ooh.gc.policy;

import dev.ooh.memory.PageSet;

/** How blocks of some kinds are used. Under the heap's lock. */
sealed interface Space permits CellSpace, LargeObjectSpace {
  /** Adds the pages of {@code block}'s objects on which there are slots, or may be references. */
  void addSlotPages(int block, PageSet.Builder pages);

  /**
   * Shows the slots, or words, in {@code [from, to)}, a part of {@code block}, of objects that are
   * marked.
   */
  void visitMarked(int block, long from, long to, MarkBits marked, SlotVisitor visitor);

  /**
   * Frees what is not marked of the block, or of the object that begins there.
   *
   * @return whether anything is marked
   */
  boolean sweep(int block);
}
