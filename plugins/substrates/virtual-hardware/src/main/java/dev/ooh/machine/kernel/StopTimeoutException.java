package dev.ooh.machine.kernel;

/** Threads were not stopped in time; the message names them. */
public final class StopTimeoutException extends Exception {
  private static final long serialVersionUID = 1L;

  StopTimeoutException(String message) {
    super(message);
  }
}
