package dev.ooh.gc.plan;

import dev.ooh.gc.ConservativeRange;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Registered memory whose words may be references. Under the heap's lock. */
public final class ConservativeRanges {
  private final ContextLock lock;
  private final List<Range> ranges = new ArrayList<>();

  /**
   * @param lock the heap's
   */
  public ConservativeRanges(ContextLock lock) {
    this.lock = lock;
  }

  /** Takes the lock. Words are those at multiples of eight. */
  public ConservativeRange add(MemorySegment segment) {
    long first = -segment.address() & (Long.BYTES - 1);
    return add(
        words -> {
          // Closed memory holds nothing.
          long end = segment.scope().isAlive() ? segment.byteSize() - Long.BYTES : -1;
          for (long at = first; at <= end; at += Long.BYTES) {
            words.accept(segment.get(ValueLayout.JAVA_LONG_UNALIGNED, at));
          }
        });
  }

  /** As {@link #add(MemorySegment)}, memory of the heap's space. */
  public ConservativeRange add(Memory memory, long address, long bytes) {
    long first = (address + Long.BYTES - 1) & -Long.BYTES;
    return add(
        words -> {
          for (long at = first; at <= address + bytes - Long.BYTES; at += Long.BYTES) {
            words.accept(memory.getLong(at));
          }
        });
  }

  private ConservativeRange add(Content content) {
    lock.lock();
    try {
      Range range = new Range(content);
      ranges.add(range);
      return range;
    } finally {
      lock.unlock();
    }
  }

  /** In a pause: every word. */
  void forEachWord(LongConsumer words) {
    for (Range range : ranges) {
      range.content.forEachWord(words);
    }
  }

  private interface Content {
    void forEachWord(LongConsumer words);
  }

  private final class Range implements ConservativeRange {
    private final Content content;

    Range(Content content) {
      this.content = content;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        ranges.remove(this);
      } finally {
        lock.unlock();
      }
    }
  }
}
