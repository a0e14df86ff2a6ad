package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct uffd_msg}, what read(2) on a userfaultfd returns (linux/userfaultfd.h), 32 bytes.
 *
 * <pre>
 *  0 event (u8)    8 flags (u64)    16 address (u64)    24 feat.ptid (u32)
 * </pre>
 */
public final class UffdMsg {
  public static final int BYTES = 32;

  public static final int EVENT_PAGEFAULT = 0x12;

  /** In flags: a write to a protected page, not a missing one. */
  public static final long PAGEFAULT_FLAG_WP = 2;

  private UffdMsg() {}

  public static int event(MemorySegment messages, long index) {
    return messages.get(JAVA_BYTE, index * BYTES);
  }

  public static long flags(MemorySegment messages, long index) {
    return messages.get(JAVA_LONG, index * BYTES + 8);
  }

  public static long address(MemorySegment messages, long index) {
    return messages.get(JAVA_LONG, index * BYTES + 16);
  }
}
