package dev.ooh.machine.cpu;

import dev.ooh.machine.memory.HostMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Eight bytes, little-endian, of which the first lie at the end of a page and the rest in another.
 */
final class CrossingAccess {
  private static final MemorySegment EVERYTHING = HostMemory.EVERYTHING;
  private static final int BYTES = 8;

  private CrossingAccess() {}

  /**
   * Reads from native {@code low} to the end of the page of {@code gva}, then from {@code high}.
   */
  static long read(long low, long high, long gva) {
    int inFirst = bytesInFirst(gva);
    long value = 0;
    for (int i = 0; i < BYTES; i++) {
      long at = i < inFirst ? low + i : high + i - inFirst;
      value |= (EVERYTHING.get(ValueLayout.JAVA_BYTE, at) & 0xFFL) << (8 * i);
    }
    return value;
  }

  /** Writes likewise. */
  static void write(long low, long high, long gva, long value) {
    int inFirst = bytesInFirst(gva);
    for (int i = 0; i < BYTES; i++) {
      long at = i < inFirst ? low + i : high + i - inFirst;
      EVERYTHING.set(ValueLayout.JAVA_BYTE, at, (byte) (value >>> (8 * i)));
    }
  }

  private static int bytesInFirst(long gva) {
    return HostMemory.FRAME - (int) (gva & 0xFFF);
  }
}
