package dev.ooh.machine.extension;

/** Serves one hypercall number, in root mode, with the guest stopped at its {@code vmcall}. */
@FunctionalInterface
public interface HypercallHandler {
  /** What a guest gets for a number without a handler: −ENOSYS. */
  long UNKNOWN = -38;

  /** What handlers return for bad arguments: −EINVAL. */
  long INVALID = -22;

  long handle(long a, long b, long c);
}
