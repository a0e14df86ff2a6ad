package dev.ooh.linux.call;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * A function of the C library that takes up to six integers or addresses. All are linked with one
 * type, of six longs, since a JVM that has just started takes milliseconds for each further one.
 * That is what the two calling conventions allow, System V's for x86-64 and AAPCS64: the first six
 * are in registers of 64 bits, of which a function reads those that it has parameters for, and as
 * many bits as these have. What it returns is in such a register as well, whose upper half means
 * nothing where it returns an {@code int}.
 *
 * <p>An address keeps nothing alive: who passes a segment's must hold the segment until the call
 * returns. For any thread.
 *
 * @param handle of a {@link CallState#segment} and six longs; constant where the function is
 */
record CFunction(MethodHandle handle) {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

  static CFunction of(String name) {
    return link(name, CAPTURE);
  }

  /** With variadic arguments from index {@code first} on. */
  static CFunction variadic(String name, int first) {
    return link(name, CAPTURE, Linker.Option.firstVariadicArg(first));
  }

  private static CFunction link(String name, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return new CFunction(
        linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), TYPE, options));
  }

  long call(CallState errors) {
    return call(errors, 0, 0, 0, 0, 0, 0);
  }

  long call(CallState errors, long a) {
    return call(errors, a, 0, 0, 0, 0, 0);
  }

  long call(CallState errors, long a, long b) {
    return call(errors, a, b, 0, 0, 0, 0);
  }

  long call(CallState errors, long a, long b, long c) {
    return call(errors, a, b, c, 0, 0, 0);
  }

  long call(CallState errors, long a, long b, long c, long d) {
    return call(errors, a, b, c, d, 0, 0);
  }

  long call(CallState errors, long a, long b, long c, long d, long e) {
    return call(errors, a, b, c, d, e, 0);
  }

  long call(CallState errors, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) handle.invokeExact(errors.segment(), a, b, c, d, e, f);
    } catch (Throwable failure) {
      throw CallState.unexpected(failure);
    }
  }
}
