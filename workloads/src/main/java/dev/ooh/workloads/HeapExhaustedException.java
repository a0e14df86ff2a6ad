package dev.ooh.workloads;

/** The heap is full; the message names what was asked for, what is in use and what the limit is. */
public final class HeapExhaustedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public HeapExhaustedException(String message) {
    super(message);
  }
}
