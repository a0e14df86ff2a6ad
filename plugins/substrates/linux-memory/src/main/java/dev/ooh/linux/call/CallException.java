package dev.ooh.linux.call;

import java.io.Serial;

/** A system call returned an error; the message is what was called and the kernel's reason. */
public final class CallException extends Exception {
  @Serial private static final long serialVersionUID = 1L;
  private final int errno;

  CallException(String call, int errno, String reason) {
    super("%s: %s (errno %d)".formatted(call, reason, errno));
    this.errno = errno;
  }

  /** A failure that another process met. */
  public static CallException of(String call, int errno) {
    return new CallException(call, errno, CallState.reason(errno));
  }

  public int errno() {
    return errno;
  }
}
