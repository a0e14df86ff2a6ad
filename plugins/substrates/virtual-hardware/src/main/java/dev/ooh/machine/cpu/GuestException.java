package dev.ooh.machine.cpu;

/** An exception of the guest other than #PF, for which its kernel has no handler: it is a bug. */
public final class GuestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int vector;

  GuestException(int vector, String why) {
    super("exception %d in the guest: %s".formatted(vector, why));
    this.vector = vector;
  }

  /** The vector: 6 is #UD, 13 is #GP. */
  public int vector() {
    return vector;
  }
}
