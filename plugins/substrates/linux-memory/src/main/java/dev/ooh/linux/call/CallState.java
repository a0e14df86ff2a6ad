package dev.ooh.linux.call;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * Where the C library's errno is captured after each call. For one thread at a time, but not always
 * the same one. The collector frees it: closing a shared arena makes every thread of the JVM stop
 * for a handshake, which takes milliseconds under load.
 */
final class CallState implements AutoCloseable {
  /** What strerror(3) returns is not longer. */
  private static final long MOST_REASON_BYTES = 256;

  private static final CFunction STRERROR = CFunction.of("strerror");
  private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
  private static final long ERRNO = LAYOUT.byteOffset(PathElement.groupElement("errno"));

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

  /** Whether the call that returned {@code result} is to be made again. */
  boolean interrupted(long result) {
    return result < 0 && errno() == Errno.EINTR;
  }

  CallException failure(String what) {
    int errno = errno();
    return new CallException(what, errno, reason(errno));
  }

  static String reason(int errno) {
    try (CallState own = new CallState()) {
      long text = STRERROR.call(own, errno);
      return MemorySegment.ofAddress(text).reinterpret(MOST_REASON_BYTES).getString(0);
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
