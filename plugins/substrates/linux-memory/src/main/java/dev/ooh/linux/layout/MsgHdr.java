package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct msghdr} of sendmsg(2) and recvmsg(2) (linux/socket.h), 56 bytes. Name and flags are
 * left 0.
 *
 * <pre>
 *  0 name      8 namelen (u32)      16 iov           24 iovlen
 * 32 control  40 controllen         48 flags (i32)
 * </pre>
 */
public final class MsgHdr {
  public static final int BYTES = 56;

  private static final long IOV = 16;
  private static final long IOVLEN = 24;
  private static final long CONTROL = 32;
  private static final long CONTROLLEN = 40;

  private MsgHdr() {}

  /**
   * Fills in a message of one piece of data.
   *
   * @param data an {@link IoVec}
   * @param control a {@link CmsgHdr} with its data, or room for one
   */
  public static void set(MemorySegment message, MemorySegment data, MemorySegment control) {
    message.fill((byte) 0);
    message.set(ADDRESS, IOV, data);
    message.set(JAVA_LONG, IOVLEN, 1);
    message.set(ADDRESS, CONTROL, control);
    message.set(JAVA_LONG, CONTROLLEN, control.byteSize());
  }

  /** Bytes of control data; after recvmsg, those that came. */
  public static long controlBytes(MemorySegment message) {
    return message.get(JAVA_LONG, CONTROLLEN);
  }
}
