package dev.ooh.machine.cpu;

import dev.ooh.machine.memory.HostMemory;
import java.lang.foreign.ValueLayout;

/**
 * One access of the guest to up to eight bytes, little-endian, that may lie in two pages. Both
 * pages are translated before anything is accessed.
 */
final class VirtualAccess {
  private final LinearMemory memory;
  private final CachedMappings mappings;

  VirtualAccess(LinearMemory memory, CachedMappings mappings) {
    this.memory = memory;
    this.mappings = mappings;
  }

  long read(long gva, int bytes) {
    int inFirst = bytesInFirst(gva, bytes);
    if (inFirst == bytes) {
      return load(memory.translate(gva, bytes, false), bytes);
    }
    while (true) {
      long high = memory.translate(gva + inFirst, bytes - inFirst, false);
      long before = mappings.invalidations();
      long low = memory.translate(gva, inFirst, false);
      // The second translation may have made the first one stale.
      if (before == mappings.invalidations()) {
        return load(low, inFirst) | load(high, bytes - inFirst) << 8 * inFirst;
      }
    }
  }

  void write(long gva, int bytes, long value) {
    int inFirst = bytesInFirst(gva, bytes);
    if (inFirst == bytes) {
      store(memory.translate(gva, bytes, true), bytes, value);
      return;
    }
    while (true) {
      long high = memory.translate(gva + inFirst, bytes - inFirst, true);
      long before = mappings.invalidations();
      long low = memory.translate(gva, inFirst, true);
      if (before == mappings.invalidations()) {
        store(low, inFirst, value);
        store(high, bytes - inFirst, value >>> 8 * inFirst);
        return;
      }
    }
  }

  /** From a native address, within a page. */
  private static long load(long address, int bytes) {
    if (bytes == Long.BYTES) {
      return HostMemory.EVERYTHING.get(HostMemory.LONG, address);
    }
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      long next = HostMemory.EVERYTHING.get(ValueLayout.JAVA_BYTE, address + i);
      value |= (next & 0xFF) << 8 * i;
    }
    return value;
  }

  private static void store(long address, int bytes, long value) {
    if (bytes == Long.BYTES) {
      HostMemory.EVERYTHING.set(HostMemory.LONG, address, value);
      return;
    }
    for (int i = 0; i < bytes; i++) {
      HostMemory.EVERYTHING.set(ValueLayout.JAVA_BYTE, address + i, (byte) (value >>> 8 * i));
    }
  }

  private static int bytesInFirst(long gva, int bytes) {
    return Math.min(bytes, HostMemory.FRAME - (int) (gva & 0xFFF));
  }
}
