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

  /** Whether eight bytes at {@code gva} lie in two pages. */
  static boolean crosses(long gva) {
    return (gva & 0xFFF) > HostMemory.FRAME - BYTES;
  }

  static long read(Vcpu vcpu, long gva) {
    while (true) {
      long high = vcpu.translateForRead(nextPage(gva));
      long before = vcpu.invalidations();
      long low = vcpu.translateForRead(gva);
      // The second translation may have made the first one stale.
      if (before == vcpu.invalidations()) {
        return read(low, high, gva);
      }
    }
  }

  /** Writes both parts or neither. */
  static void write(Vcpu vcpu, long gva, long value) {
    while (true) {
      long high = vcpu.translateForWrite(nextPage(gva));
      long before = vcpu.invalidations();
      long low = vcpu.translateForWrite(gva);
      if (before == vcpu.invalidations()) {
        write(low, high, gva, value);
        return;
      }
    }
  }

  /** From native {@code low} to the end of the page of {@code gva}, then from {@code high}. */
  private static long read(long low, long high, long gva) {
    int inFirst = bytesInFirst(gva);
    long value = 0;
    for (int i = 0; i < BYTES; i++) {
      long at = i < inFirst ? low + i : high + i - inFirst;
      value |= (EVERYTHING.get(ValueLayout.JAVA_BYTE, at) & 0xFFL) << (8 * i);
    }
    return value;
  }

  private static void write(long low, long high, long gva, long value) {
    int inFirst = bytesInFirst(gva);
    for (int i = 0; i < BYTES; i++) {
      long at = i < inFirst ? low + i : high + i - inFirst;
      EVERYTHING.set(ValueLayout.JAVA_BYTE, at, (byte) (value >>> (8 * i)));
    }
  }

  private static long nextPage(long gva) {
    return (gva | 0xFFF) + 1;
  }

  private static int bytesInFirst(long gva) {
    return HostMemory.FRAME - (int) (gva & 0xFFF);
  }
}
