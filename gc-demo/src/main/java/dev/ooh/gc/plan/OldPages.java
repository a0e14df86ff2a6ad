package dev.ooh.gc.plan;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.ObjectHeader;
import dev.ooh.gc.policy.SizeClasses;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;

/**
 * The pages that hold reference slots of old, that is marked, objects. They are what the collector
 * watches: a young object is reachable from a root, from another young one, or from a slot on one
 * of these that was written since. Pages of pointer-free objects and data never matter.
 */
final class OldPages {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int BLOCKS_A_POLL = 256;
  private final Memory memory;
  private final ExecutionContext execution;
  private final Blocks blocks;
  private final PageSet.Builder pages = PageSet.builder();

  OldPages(Memory memory, ExecutionContext execution, Blocks blocks) {
    this.memory = memory;
    this.execution = execution;
    this.blocks = blocks;
  }

  /** The pages that hold slots of marked objects. */
  PageSet watched(MarkBits marks) {
    pages.clear();
    for (int block = 0; block < blocks.frontier(); block++) {
      int kind = blocks.kind(block);
      long offset = (long) block << Blocks.LOG_BLOCK_BYTES;
      if (kind == Blocks.LARGE) {
        if (marks.get(offset)) {
          addSlots(blocks.address(block));
        }
      } else if (SizeClasses.isCellKind(kind) && !SizeClasses.isPointerFree(kind)) {
        addMarked(marks, offset, SizeClasses.cellBytes(kind));
      }
    }
    return pages.build();
  }

  /** The pages of all blocks that may hold slots, marked or not: what a full cycle may make old. */
  PageSet inUse() {
    pages.clear();
    for (int block = 0; block < blocks.frontier(); block++) {
      int kind = blocks.kind(block);
      if (kind == Blocks.LARGE) {
        addSlots(blocks.address(block));
      } else if (SizeClasses.isCellKind(kind) && !SizeClasses.isPointerFree(kind)) {
        pages.add(blocks.address(block), blocks.address(block + 1));
      }
    }
    return pages.build();
  }

  /** Visits what the slots of marked objects on {@code changed} refer to. */
  void visitChanged(PageSet changed, MarkBits marks, Tracer tracer) {
    long heapEnd = blocks.address(blocks.frontier());
    int sincePoll = 0;
    for (int run = 0; run < changed.runCount(); run++) {
      long from = Math.max(blocks.base(), changed.runStart(run));
      long end = Math.min(heapEnd, changed.runEnd(run));
      while (from < end) {
        int block = (int) ((from - blocks.base()) >>> Blocks.LOG_BLOCK_BYTES);
        long to = Math.min(end, blocks.address(block + 1));
        visitRange(block, from, to, marks, tracer);
        from = to;
        if (++sincePoll == BLOCKS_A_POLL) {
          sincePoll = 0;
          execution.poll();
        }
      }
    }
  }

  /** {@code [from, to)} lies within {@code block}. */
  private void visitRange(int block, long from, long to, MarkBits marks, Tracer tracer) {
    int kind = blocks.kind(block);
    if (kind == Blocks.LARGE || kind == Blocks.LARGE_REST) {
      int first = kind == Blocks.LARGE ? block : blocks.link(block);
      if (marks.get((long) first << Blocks.LOG_BLOCK_BYTES)) {
        tracer.visitSlots(blocks.address(first), from, to);
      }
      return;
    }
    if (!SizeClasses.isCellKind(kind) || SizeClasses.isPointerFree(kind)) {
      return;
    }
    long base = blocks.base();
    long blockStart = (long) block << Blocks.LOG_BLOCK_BYTES;
    int cellBytes = SizeClasses.cellBytes(kind);
    // The cell that begins at or below the range may reach into it.
    long start = from - base;
    long cell = blockStart + (start - blockStart) / cellBytes * cellBytes;
    if (cell < start) {
      if (marks.get(cell)) {
        tracer.visitSlots(base + cell, from, to);
      }
      cell += cellBytes;
    }
    long[] words = marks.words();
    long end = to - base;
    for (long at = cell; at < end; ) {
      long next = Math.min(end, (at | (MarkBits.BYTES_PER_WORD - 1)) + 1);
      long wordStart = at & -MarkBits.BYTES_PER_WORD;
      long bits = words[(int) (at / MarkBits.BYTES_PER_WORD)] & MarkBits.mask(at, next);
      while (bits != 0) {
        long object =
            base
                + wordStart
                + ((long) Long.numberOfTrailingZeros(bits) << ObjectHeader.LOG_GRANULE);
        tracer.visitSlots(object, from, to);
        bits &= bits - 1;
      }
      at = next;
    }
  }

  private void addSlots(long object) {
    long header = memory.getLong(object);
    if (ObjectHeader.references(header) > 0) {
      pages.add(object & -PAGE, (ObjectHeader.data(object, header) + PAGE - 1) & -PAGE);
    }
  }

  private void addMarked(MarkBits marks, long blockStart, int cellBytes) {
    for (long page = blockStart; page < blockStart + Blocks.BLOCK_BYTES; page += PAGE) {
      // Cells that begin up to one cell before the page may reach into it.
      long reach = PAGE % cellBytes == 0 ? 0 : cellBytes - ObjectHeader.GRANULE;
      if (marks.anyIn(Math.max(blockStart, page - reach), page + PAGE)) {
        pages.add(blocks.base() + page, blocks.base() + page + PAGE);
      }
    }
  }
}
