package dev.ooh.gc.plan;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.Kinds;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.ObjectHeader;
import dev.ooh.gc.policy.ObjectModel;
import dev.ooh.gc.policy.ValidPointers;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import java.util.Arrays;

/**
 * What all markers of a heap trace.
 *
 * @param pointers what words may refer to that may be references
 * @param checked whether each reference must be an object's address
 */
record Tracing(
    Memory memory,
    ExecutionContext execution,
    Blocks blocks,
    ObjectModel objects,
    ValidPointers pointers,
    boolean checked) {
  /**
   * As {@link Kinds#referencesByKind}; where each object is to be looked at closely, all headed.
   */
  int[] referencesByKind() {
    if (!checked) {
      return Kinds.referencesByKind();
    }
    int[] headed = new int[Kinds.COUNT];
    Arrays.fill(headed, Kinds.HEADED);
    return headed;
  }

  /** What is wrong with a reference that is no object's address, and where it is. */
  IllegalStateException wrong(long reference, MarkBits marks) {
    return new IllegalStateException(
        "reference is 0x%x, wanted an object's address in the heap 0x%x-0x%x; it is in %s"
            .formatted(
                reference,
                blocks.base(),
                blocks.base() + blocks.usedSpan(),
                place(reference, marks)));
  }

  /** Searches all marked objects. */
  private String place(long reference, MarkBits marks) {
    for (long offset = 0; offset < blocks.usedSpan(); offset += ObjectHeader.GRANULE) {
      long object = blocks.base() + offset;
      if (marks.covers(blocks.of(object) + 1) && marks.get(offset) && objects.isObject(object)) {
        int references = objects.references(object);
        for (int slot = 0; slot < references; slot++) {
          if (memory.getLong(ObjectModel.slot(object, slot)) == reference) {
            return "slot %d of object 0x%x".formatted(slot, object);
          }
        }
      }
    }
    return "a root";
  }
}
