package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * {@code struct timeval} of a socket's time limits (linux/time.h), 16 bytes.
 *
 * <pre>
 *  0 seconds    8 microseconds
 * </pre>
 */
public final class Timeval {
  public static final int BYTES = 16;

  private static final long SECONDS = 0;
  private static final long MICROSECONDS = 8;

  private Timeval() {}

  /** What is shorter than a microsecond is cut off; 0 is no limit. */
  public static void set(MemorySegment timeval, Duration duration) {
    timeval.set(JAVA_LONG, SECONDS, duration.toSeconds());
    timeval.set(JAVA_LONG, MICROSECONDS, duration.toNanosPart() / 1000);
  }
}
