package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct sockaddr_un}, a socket's place in the file system (linux/un.h), 110 bytes.
 *
 * <pre>
 *  0 family (u16)    2 path (108 bytes, its final zero included)
 * </pre>
 */
public final class SockaddrUn {
  public static final int BYTES = 110;

  /** Bytes of the longest path, its final zero included. */
  public static final int PATH_BYTES = 108;

  public static final int AF_UNIX = 1;

  private static final long FAMILY = 0;
  private static final long PATH = 2;

  private SockaddrUn() {}

  /**
   * Fills it in.
   *
   * @param path without a final zero, fewer than {@link #PATH_BYTES}
   */
  public static void set(MemorySegment address, byte[] path) {
    address.fill((byte) 0);
    address.set(JAVA_SHORT, FAMILY, (short) AF_UNIX);
    MemorySegment.copy(path, 0, address, JAVA_BYTE, PATH, path.length);
  }
}
