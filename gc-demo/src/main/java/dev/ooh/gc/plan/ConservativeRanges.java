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
          for (long at = first; at <= segment.byteSize() - Long.BYTES; at += Long.BYTES) {
            long word;
            try {
              word = segment.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            } catch (IllegalStateException e) {
              // Any thread may close the arena at any time, one that the pause doesn't stop, too.
              if (segment.scope().isAlive()) {
                throw e;
              }
              return false;
            }
            words.accept(word);
          }
          return segment.scope().isAlive();
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
          return true;
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

  /** In a pause: every word. Ranges whose memory is gone leave. */
  void forEachWord(LongConsumer words) {
    ranges.removeIf(range -> !range.content.forEachWord(words));
  }

  private interface Content {
    /** Returns false when the memory is gone, perhaps meanwhile. */
    boolean forEachWord(LongConsumer words);
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
