package dev.ooh.linux.call;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * Where the C library's errno is captured after each call. For one thread at a time, but not always
 * the same one. The collector frees it: closing a shared arena makes every thread of the JVM stop
 * for a handshake, which takes milliseconds under load.
 */
final class CallState implements AutoCloseable {
  private static final Linker LINKER = Linker.nativeLinker();

  /** Of every function that is called with one of these. */
  static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

  private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
  private static final long ERRNO = LAYOUT.byteOffset(PathElement.groupElement("errno"));

  /** Linked when a call first fails. */
  private static final class Reasons {
    static final MethodHandle STRERROR =
        LINKER.downcallHandle(
            LINKER.defaultLookup().find("strerror").orElseThrow(),
            FunctionDescriptor.of(
                ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(256, JAVA_BYTE)), JAVA_INT));
  }

  private final MemorySegment segment = Arena.ofAuto().allocate(LAYOUT);
  private volatile boolean closed;

  /**
   * For the first argument of a {@link CFunction#handle}.
   *
   * @throws IllegalStateException after {@link #close}: its owner's descriptors may be others' then
   */
  MemorySegment segment() {
    if (closed) {
      throw new IllegalStateException("a system call after its user was closed");
    }
    return segment;
  }

  int errno() {
    return segment.get(JAVA_INT, ERRNO);
  }

  CallException failure(String what) {
    int errno = errno();
    return new CallException(what, errno, reason(errno));
  }

  static String reason(int errno) {
    try {
      return ((MemorySegment) Reasons.STRERROR.invokeExact(errno)).getString(0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** What a downcall itself threw: nothing that a caller can handle. */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
  }

  /** Ends the use; no call can be made with it from here on. */
  @Override
  public void close() {
    closed = true;
  }
}
