package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct cmsghdr}, control data of a message (linux/socket.h), here with descriptors
 * (unix(7), SCM_RIGHTS). Header of 16 bytes, then 4 for each descriptor.
 *
 * <pre>
 *  0 len (of header and data)    8 level (i32)   12 type (i32)
 * 16 descriptor (i32)           20 descriptor …
 * </pre>
 */
public final class CmsgHdr {
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  private static final long LEN = 0;
  private static final long LEVEL = 8;
  private static final long TYPE = 12;
  private static final long DATA = 16;

  private CmsgHdr() {}

  /** Bytes of header and {@code descriptors} descriptors, CMSG_LEN. */
  public static long bytes(int descriptors) {
    return DATA + (long) descriptors * Integer.BYTES;
  }

  /** Fills in a message of {@code descriptors}. */
  public static void setRights(MemorySegment control, int... descriptors) {
    control.set(JAVA_LONG, LEN, bytes(descriptors.length));
    control.set(JAVA_INT, LEVEL, SOL_SOCKET);
    control.set(JAVA_INT, TYPE, SCM_RIGHTS);
    for (int index = 0; index < descriptors.length; index++) {
      control.set(JAVA_INT, bytes(index), descriptors[index]);
    }
  }

  /**
   * The descriptors that came, fewer than were sent where this process may have no more.
   *
   * @param received bytes of control data that came
   */
  public static int[] rights(MemorySegment control, long received) {
    if (received < DATA
        || control.get(JAVA_INT, LEVEL) != SOL_SOCKET
        || control.get(JAVA_INT, TYPE) != SCM_RIGHTS) {
      return new int[0];
    }
    int[] descriptors = new int[(int) ((control.get(JAVA_LONG, LEN) - DATA) / Integer.BYTES)];
    for (int index = 0; index < descriptors.length; index++) {
      descriptors[index] = control.get(JAVA_INT, bytes(index));
    }
    return descriptors;
  }
}
