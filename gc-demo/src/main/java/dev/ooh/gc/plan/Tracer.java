package dev.ooh.gc.plan;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.ObjectHeader;
import dev.ooh.gc.policy.SizeClasses;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import java.util.BitSet;

/**
 * Marks what is reachable, with an explicit mark stack of fixed size. When the stack is full an
 * object is marked but not pushed, and its block is noted; blocks noted are searched for marked
 * objects with unmarked children until none is left.
 *
 * <p>Reads tracked memory, writes only mark bits. For the collector's thread, with writers stopped.
 */
final class Tracer {
  /** Objects between two polls. */
  private static final int BATCH = 1024;

  /** Work units, of some ten nanoseconds, of an object: reading its header misses the cache. */
  private static final int OBJECT_WORK = 2;

  private static final int SLOTS_A_WORK_UNIT = 4;

  private final Memory memory;
  private final ExecutionContext execution;
  private final Blocks blocks;
  private final long[] stack;
  private final BitSet overflowed = new BitSet();
  private int top;
  private MarkBits marks = new MarkBits();
  private long[] words = marks.words();
  private long base;
  private long span;
  private long objects;
  private long slots;
  private long work;

  Tracer(Memory memory, ExecutionContext execution, Blocks blocks, int stackEntries) {
    this.memory = memory;
    this.execution = execution;
    this.blocks = blocks;
    stack = new long[stackEntries];
  }

  /** Begins a trace that sets bits of {@code newMarks}. */
  void begin(MarkBits newMarks) {
    marks = newMarks;
    words = newMarks.words();
    base = blocks.base();
    span = (long) blocks.frontier() << Blocks.LOG_BLOCK_BYTES;
    top = 0;
    overflowed.clear();
    objects = 0;
    slots = 0;
    work = 0;
  }

  /** Objects whose slots were read since {@link #begin}. */
  long objects() {
    return objects;
  }

  /** Slots read since {@link #begin}. */
  long slots() {
    return slots;
  }

  /** Marks {@code object}, a reference that is not 0, and pushes it if it was not marked. */
  void visit(long object) {
    long offset = object - base;
    if (offset < 0 || offset >= span || (offset & (ObjectHeader.GRANULE - 1)) != 0) {
      throw outside(object);
    }
    int word = (int) (offset >>> MarkBits.LOG_BYTES_PER_WORD);
    long bit = 1L << (offset >>> ObjectHeader.LOG_GRANULE);
    long old = words[word];
    if ((old & bit) == 0) {
      words[word] = old | bit;
      if (top < stack.length) {
        stack[top++] = object;
      } else {
        overflow(offset);
      }
    }
  }

  /** Visits what the slots of {@code object} in {@code [from, to)} refer to. */
  void visitSlots(long object, long from, long to) {
    long header = header(object);
    long first = ObjectHeader.slot(object, 0);
    long end = Math.min(to, ObjectHeader.data(object, header));
    long slot = Math.max(first, from & -ObjectHeader.SLOT_BYTES);
    work += OBJECT_WORK + Math.max(0, end - slot) / ObjectHeader.SLOT_BYTES / SLOTS_A_WORK_UNIT;
    for (; slot < end; slot += ObjectHeader.SLOT_BYTES) {
      slots++;
      long target = memory.getLong(slot);
      if (target != 0) {
        visit(target);
      }
    }
    if (top > stack.length / 2) {
      drain();
    }
  }

  /** Traces until nothing is left to do. */
  void finish() {
    drain();
    for (int block = overflowed.nextSetBit(0); block >= 0; block = overflowed.nextSetBit(0)) {
      overflowed.clear(block);
      visitMarkedIn(block);
      drain();
    }
    flushWork();
  }

  /** {@link #visit} is repeated here on local variables: fields would be stored for each object. */
  private void drain() {
    while (top > 0) {
      drainBatch();
      flushWork();
      execution.poll();
    }
  }

  private void drainBatch() {
    Memory bytes = memory;
    long[] entries = stack;
    long[] bits = words;
    long start = base;
    long length = span;
    int entry = top;
    int left = BATCH;
    long read = 0;
    for (; entry > 0 && left > 0; left--) {
      long object = entries[--entry];
      long header = bytes.getLong(object);
      if (!ObjectHeader.isObject(header)) {
        throw notAnObject(object, header);
      }
      int references = ObjectHeader.references(header);
      read += references;
      long end = ObjectHeader.slot(object, references);
      for (long slot = ObjectHeader.slot(object, 0); slot < end; slot += ObjectHeader.SLOT_BYTES) {
        long target = bytes.getLong(slot);
        if (target == 0) {
          continue;
        }
        long offset = target - start;
        if (offset < 0 || offset >= length || (offset & (ObjectHeader.GRANULE - 1)) != 0) {
          throw outside(target);
        }
        int word = (int) (offset >>> MarkBits.LOG_BYTES_PER_WORD);
        long bit = 1L << (offset >>> ObjectHeader.LOG_GRANULE);
        long old = bits[word];
        if ((old & bit) != 0) {
          continue;
        }
        bits[word] = old | bit;
        if (entry < entries.length) {
          entries[entry++] = target;
        } else {
          overflow(offset);
        }
      }
    }
    top = entry;
    objects += BATCH - left;
    slots += read;
    work += (long) (BATCH - left) * OBJECT_WORK + read / SLOTS_A_WORK_UNIT;
  }

  private void visitMarkedIn(int block) {
    int kind = blocks.kind(block);
    long offset = (long) block << Blocks.LOG_BLOCK_BYTES;
    if (kind == Blocks.LARGE) {
      visitSlots(base + offset, 0, Long.MAX_VALUE);
    } else if (!SizeClasses.isPointerFree(kind)) {
      for (long at = offset; at < offset + Blocks.BLOCK_BYTES; at += SizeClasses.cellBytes(kind)) {
        if (marks.get(at)) {
          visitSlots(base + at, 0, Long.MAX_VALUE);
        }
      }
    }
  }

  private long header(long object) {
    long header = memory.getLong(object);
    if (!ObjectHeader.isObject(header)) {
      throw notAnObject(object, header);
    }
    return header;
  }

  private void overflow(long offset) {
    overflowed.set((int) (offset >>> Blocks.LOG_BLOCK_BYTES));
  }

  private IllegalStateException outside(long reference) {
    return new IllegalStateException(
        "reference is 0x%x, wanted a multiple of %d in the heap 0x%x-0x%x"
            .formatted(reference, ObjectHeader.GRANULE, base, base + span));
  }

  private static IllegalStateException notAnObject(long object, long header) {
    return new IllegalStateException(
        "word at 0x%x is 0x%x, wanted an object's header".formatted(object, header));
  }

  private void flushWork() {
    execution.work(work);
    work = 0;
  }
}
