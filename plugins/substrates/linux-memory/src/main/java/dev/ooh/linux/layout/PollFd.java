package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct pollfd}, an element of poll(2)'s array (asm-generic/poll.h), 8 bytes.
 *
 * <pre>
 *  0 fd (i32)    4 events (i16)    6 revents (i16)
 * </pre>
 */
public final class PollFd {
  public static final int BYTES = 8;

  public static final int POLLIN = 0x1;

  /** The peer sends no more. */
  public static final int POLLRDHUP = 0x2000;

  private PollFd() {}

  public static void set(MemorySegment array, int index, int fd, int events) {
    array.set(JAVA_INT, (long) index * BYTES, fd);
    array.set(JAVA_SHORT, (long) index * BYTES + 4, (short) events);
    array.set(JAVA_SHORT, (long) index * BYTES + 6, (short) 0);
  }

  /** What poll found: events that were asked for, or errors and hang-ups that weren't. */
  public static int found(MemorySegment array, int index) {
    return array.get(JAVA_SHORT, (long) index * BYTES + 6);
  }
}
