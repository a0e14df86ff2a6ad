package dev.ooh.gc.sanity;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.Kinds;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.ObjectHeader;
import dev.ooh.gc.policy.ValidPointers;
import dev.ooh.memory.Memory;
import java.util.ArrayDeque;

/**
 * Traces again, from the roots alone and sharing no code with the collector's trace, and checks
 * that every object it reaches is marked and well-formed: that no reachable object is freed,
 * whatever the changed pages said. Then checks that marked objects refer to marked ones only,
 * floating garbage included: the next young cycle relies on it. Slow, and for a stopped world.
 *
 * <p>A word of a conservative object may be older than what it seems to refer to: if that is not
 * marked, it is passed over.
 */
public final class SanityChecker {
  private final Memory memory;
  private final Blocks blocks;
  private final ValidPointers pointers;

  public SanityChecker(Memory memory, Blocks blocks, ValidPointers pointers) {
    this.memory = memory;
    this.blocks = blocks;
    this.pointers = pointers;
  }

  /**
   * Checks a finished mark.
   *
   * @return bytes in the cells of reachable objects
   * @throws IllegalStateException naming the first object found lost or damaged, and what refers to
   *     it
   */
  public long check(long[] roots, MarkBits marks) {
    SeenObjects seen = new SeenObjects();
    ArrayDeque<Long> queue = new ArrayDeque<>();
    for (long root : roots) {
      reach(root, 0, 0, seen, queue, marks);
    }
    long bytes = 0;
    while (!queue.isEmpty()) {
      long object = queue.removeFirst();
      bytes += cellBytes(object);
      int references = references(object);
      for (int index = 0; index < references; index++) {
        long target = memory.getLong(object + (long) index * Long.BYTES);
        if (target != 0) {
          reach(target, index, object, seen, queue, marks);
        }
      }
      reachByWords(object, seen, queue, marks);
    }
    checkClosed(marks);
    return bytes;
  }

  private void reachByWords(long object, SeenObjects seen, ArrayDeque<Long> queue, MarkBits marks) {
    if (!Kinds.isConservative(blocks.kind(blocks.of(object)))) {
      return;
    }
    int bytes = ObjectHeader.dataBytes(memory.getLong(object - ObjectHeader.BYTES));
    for (int at = 0; at <= bytes - Long.BYTES; at += Long.BYTES) {
      long target = pointers.object(memory.getLong(object + at));
      if (target != 0 && marks.get(target - blocks.base())) {
        reach(target, at / Long.BYTES, object, seen, queue, marks);
      }
    }
  }

  private void checkClosed(MarkBits marks) {
    long heapBytes = (long) blocks.frontier() * Blocks.BLOCK_BYTES;
    for (long offset = 0; offset < heapBytes; offset += ObjectHeader.GRANULE) {
      if (marks.get(offset)) {
        long object = blocks.base() + offset;
        int references = references(object);
        for (int index = 0; index < references; index++) {
          long target = memory.getLong(object + (long) index * Long.BYTES);
          if (target != 0 && !marks.get(target - blocks.base())) {
            throw broken(target, index, object, "is not marked and a marked one refers to it");
          }
        }
      }
    }
  }

  private void reach(
      long object,
      int slot,
      long referrer,
      SeenObjects seen,
      ArrayDeque<Long> queue,
      MarkBits marks) {
    long offset = object - blocks.base();
    if (offset < 0 || offset >= (long) blocks.frontier() * Blocks.BLOCK_BYTES) {
      throw broken(object, slot, referrer, "is outside the heap");
    }
    if (offset % ObjectHeader.GRANULE == 0 && seen.contains(offset)) {
      return;
    }
    checkPlace(object, offset, slot, referrer);
    if (!marks.get(offset)) {
      throw broken(object, slot, referrer, "is reachable but not marked");
    }
    seen.add(offset);
    queue.addLast(object);
  }

  private void checkPlace(long object, long offset, int slot, long referrer) {
    int block = Math.toIntExact(offset / Blocks.BLOCK_BYTES);
    long inBlock = offset % Blocks.BLOCK_BYTES;
    int kind = blocks.kind(block);
    int headerBytes = Kinds.headerBytes(kind);
    long inCell = inBlock - headerBytes;
    boolean isCell = Kinds.isCells(kind) && inCell % Kinds.cellBytes(kind) == 0;
    if (inCell < 0 || !isCell && !(Kinds.isLarge(kind) && inCell == 0)) {
      throw broken(object, slot, referrer, "begins no cell of its block, which is of kind " + kind);
    }
    if (headerBytes != 0) {
      checkHeader(object, block, kind, slot, referrer);
    }
  }

  private void checkHeader(long object, int block, int kind, int slot, long referrer) {
    long header = memory.getLong(object - ObjectHeader.BYTES);
    if (!ObjectHeader.isHeader(header)) {
      throw broken(object, slot, referrer, "has the header 0x%x".formatted(header));
    }
    int references = ObjectHeader.references(header);
    boolean slotless = Kinds.references(kind) == 0 || Kinds.isConservative(kind);
    if (slotless && references != 0) {
      throw broken(object, slot, referrer, "lies in a block of the wrong kind " + kind);
    }
    long room =
        Kinds.isLarge(kind)
            ? (long) blocks.link(block) * Blocks.BLOCK_BYTES
            : Kinds.cellBytes(kind);
    long bytes = ObjectHeader.cellBytes(references, ObjectHeader.dataBytes(header));
    if (bytes > room) {
      throw broken(
          object, slot, referrer, "has %d bytes, wanted at most %d".formatted(bytes, room));
    }
  }

  private long cellBytes(long object) {
    int block = Math.toIntExact((object - blocks.base()) / Blocks.BLOCK_BYTES);
    int kind = blocks.kind(block);
    return Kinds.isCells(kind)
        ? Kinds.cellBytes(kind)
        : (long) blocks.link(block) * Blocks.BLOCK_BYTES;
  }

  private int references(long object) {
    int block = Math.toIntExact((object - blocks.base()) / Blocks.BLOCK_BYTES);
    int references = Kinds.references(blocks.kind(block));
    return references >= 0
        ? references
        : ObjectHeader.references(memory.getLong(object - ObjectHeader.BYTES));
  }

  /** {@code referrer} is 0 for a root. */
  private static IllegalStateException broken(long object, int slot, long referrer, String what) {
    return new IllegalStateException(
        "object 0x%x, from %s, %s"
            .formatted(
                object,
                referrer == 0 ? "a root" : "slot %d of 0x%x".formatted(slot, referrer),
                what));
  }
}
