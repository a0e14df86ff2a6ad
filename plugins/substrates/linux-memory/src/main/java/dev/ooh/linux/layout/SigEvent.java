package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct sigevent} of timer_create(2) (asm-generic/siginfo.h), 64 bytes. The value is left
 * 0.
 *
 * <pre>
 *  0 value (u64)    8 signo (i32)   12 notify (i32)   16 unused here
 * </pre>
 */
public final class SigEvent {
  public static final int BYTES = 64;

  private static final int SIGEV_SIGNAL = 0;

  private static final long SIGNO = 8;
  private static final long NOTIFY = 12;

  private SigEvent() {}

  /** The process gets {@code signal}. */
  public static void setSignal(MemorySegment event, int signal) {
    event.fill((byte) 0);
    event.set(JAVA_INT, SIGNO, signal);
    event.set(JAVA_INT, NOTIFY, SIGEV_SIGNAL);
  }
}
