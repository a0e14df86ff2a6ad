package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct iovec}, a piece of memory to read or write (linux/uio.h), 16 bytes.
 *
 * <pre>
 *  0 base    8 len
 * </pre>
 */
public final class IoVec {
  public static final int BYTES = 16;

  private static final long BASE = 0;
  private static final long LEN = 8;

  private IoVec() {}

  /**
   * Fills in one element.
   *
   * @param address in the process that it is about, which need not be this one
   */
  public static void set(MemorySegment vector, long address, long bytes) {
    vector.set(JAVA_LONG, BASE, address);
    vector.set(JAVA_LONG, LEN, bytes);
  }

  public static long base(MemorySegment vector) {
    return vector.get(JAVA_LONG, BASE);
  }

  public static long length(MemorySegment vector) {
    return vector.get(JAVA_LONG, LEN);
  }
}
