package dev.ooh.linux.call;

import java.io.Serial;

/** A system call returned an error; the message is what was called and the kernel's reason. */
public final class CallException extends Exception {
  @Serial private static final long serialVersionUID = 1L;
  private final int errno;

  CallException(String call, int errno, String reason) {
    super(call + ": " + text(errno, reason));
    this.errno = errno;
  }

  /** The C library's text for {@code errno}, and its number. */
  public static String describe(int errno) {
    return text(errno, CallState.reason(errno));
  }

  private static String text(int errno, String reason) {
    return reason + " (errno " + errno + ")";
  }

  public int errno() {
    return errno;
  }
}
