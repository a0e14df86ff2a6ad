package dev.ooh.conformance.audit;

import dev.ooh.memory.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How the audit's stamps are stored and loaded, by address. */
public interface Words {
  long load(long address);

  void store(long address, long value);

  /** The memory of a space. */
  static Words of(Memory memory) {
    return new Words() {
      @Override
      public long load(long address) {
        return memory.getLong(address);
      }

      @Override
      public void store(long address, long value) {
        memory.putLong(address, value);
      }
    };
  }

  /** A segment that a space may have adopted. */
  static Words of(MemorySegment segment) {
    long start = segment.address();
    return new Words() {
      @Override
      public long load(long address) {
        return segment.get(ValueLayout.JAVA_LONG, address - start);
      }

      @Override
      public void store(long address, long value) {
        segment.set(ValueLayout.JAVA_LONG, address - start, value);
      }
    };
  }
}
