package dev.ooh.linux.call;

/** syscall(2), for what the C library has no function for. For any thread. */
final class SystemCall {
  private static final CFunction SYSCALL = CFunction.variadic("syscall", 1);

  private SystemCall() {}

  /**
   * With the number of an {@link Architecture}, and 0 for what it doesn't take; -1 where it fails.
   */
  static long call(CallState errors, int number, long a, long b, long c, long d) {
    return SYSCALL.call(errors, number, a, b, c, d);
  }
}
