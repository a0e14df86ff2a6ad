package dev.ooh.machine.extension;

/** Serves one hypercall number, in root mode, with the guest stopped at its {@code vmcall}. */
@FunctionalInterface
public interface HypercallHandler {
  /** What a guest gets for a number without a handler: −ENOSYS. */
  long UNKNOWN = -38;

  /** What a guest's program gets, at any privilege level but 0: −EPERM. */
  long NOT_PERMITTED = -1;

  /** What handlers return for bad arguments: −EINVAL. */
  long INVALID = -22;

  /** What handlers return when a guest has as much of something as it may have: −ENOSPC. */
  long EXHAUSTED = -28;

  /**
   * Serves the call. The arguments are the guest's, any values at all: a handler checks them before
   * it changes anything, and throws nothing that they can bring about.
   */
  long handle(long a, long b, long c);
}
