package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * {@code struct itimerspec} of timer_settime(2) (linux/time.h), 32 bytes.
 *
 * <pre>
 *  0 interval: seconds    8 interval: nanoseconds
 * 16 value: seconds      24 value: nanoseconds
 * </pre>
 */
public final class ItimerSpec {
  public static final int BYTES = 32;

  private static final long INTERVAL_SECONDS = 0;
  private static final long INTERVAL_NANOSECONDS = 8;
  private static final long VALUE_SECONDS = 16;
  private static final long VALUE_NANOSECONDS = 24;

  private ItimerSpec() {}

  /** Expires once, after {@code delay}; 0 is never. */
  public static void setOnce(MemorySegment spec, Duration delay) {
    spec.set(JAVA_LONG, INTERVAL_SECONDS, 0);
    spec.set(JAVA_LONG, INTERVAL_NANOSECONDS, 0);
    spec.set(JAVA_LONG, VALUE_SECONDS, delay.toSeconds());
    spec.set(JAVA_LONG, VALUE_NANOSECONDS, delay.toNanosPart());
  }
}
