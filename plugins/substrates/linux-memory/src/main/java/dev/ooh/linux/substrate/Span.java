package dev.ooh.linux.substrate;

import static dev.ooh.linux.call.MappingFlags.MAP_FIXED_NOREPLACE;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;

/**
 * Where the addresses of one space lie. The first space of a process lies at {@link #FIRST}, so
 * that a restored program finds its memory where it was; where that is taken or not there, the
 * kernel chooses.
 *
 * <p>That is 1 TiB, where there is so much: a process on arm64 with 39 bits of virtual address
 * (CONFIG_ARM64_VA_BITS_39) has half of it altogether (Linux Documentation/arch/arm64/memory.rst).
 */
record Span(long start, long bytes) {
  /** Above what HotSpot and glibc use unasked, below the 47-bit limit of user addresses. */
  static final long FIRST = 0x2000_0000_0000L;

  static final long MOST = 1L << 40;

  /** With less, the JVM itself would be short of addresses next. */
  static final long LEAST = 1L << 36;

  private static final int SLOTS = 64;

  /** Reserves addresses, as mmap(2). */
  @FunctionalInterface
  interface Mapper {
    /**
     * @param address 0 lets the kernel choose
     * @return where it is
     */
    long map(long address, long bytes, int flags) throws CallException;
  }

  /**
   * @throws CallException if not even {@link #LEAST} can be had
   */
  static Span reserve(Mapper mapper) throws CallException {
    for (int slot = 0; slot < SLOTS; slot++) {
      try {
        return new Span(mapper.map(FIRST + slot * MOST, MOST, MAP_FIXED_NOREPLACE), MOST);
      } catch (CallException e) {
        if (e.errno() != Errno.EEXIST) {
          // A processor with fewer bits of address has no such place.
          break;
        }
      }
    }
    for (long bytes = MOST; bytes > LEAST; bytes /= 2) {
      try {
        return new Span(mapper.map(0, bytes, 0), bytes);
      } catch (CallException e) {
        if (e.errno() != Errno.ENOMEM) {
          throw e;
        }
      }
    }
    return new Span(mapper.map(0, LEAST, 0), LEAST);
  }
}
