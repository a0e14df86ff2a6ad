package dev.ooh.machine.cpu;

import dev.ooh.machine.memory.HostMemory;
import java.lang.foreign.ValueLayout;

/**
 * One access of the guest to up to eight bytes, little-endian, that may lie in two pages. Both
 * pages are translated before anything is accessed.
 */
final class VirtualAccess {
  private VirtualAccess() {}

  static long read(Vcpu vcpu, long gva, int bytes) {
    int inFirst = bytesInFirst(gva, bytes);
    if (inFirst == bytes) {
      return read(vcpu.translateForRead(gva), bytes);
    }
    while (true) {
      long high = vcpu.translateForRead(gva + inFirst);
      long before = vcpu.invalidations();
      long low = vcpu.translateForRead(gva);
      // The second translation may have made the first one stale.
      if (before == vcpu.invalidations()) {
        return read(low, inFirst) | read(high, bytes - inFirst) << 8 * inFirst;
      }
    }
  }

  static void write(Vcpu vcpu, long gva, int bytes, long value) {
    int inFirst = bytesInFirst(gva, bytes);
    if (inFirst == bytes) {
      write(vcpu.translateForWrite(gva), bytes, value);
      return;
    }
    while (true) {
      long high = vcpu.translateForWrite(gva + inFirst);
      long before = vcpu.invalidations();
      long low = vcpu.translateForWrite(gva);
      if (before == vcpu.invalidations()) {
        write(low, inFirst, value);
        write(high, bytes - inFirst, value >>> 8 * inFirst);
        return;
      }
    }
  }

  /** From a native address, within a page. */
  private static long read(long address, int bytes) {
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

  private static void write(long address, int bytes, long value) {
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
