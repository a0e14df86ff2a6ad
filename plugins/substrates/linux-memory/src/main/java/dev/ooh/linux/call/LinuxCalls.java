package dev.ooh.linux.call;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ooh.linux.layout.IoVec;
import dev.ooh.linux.layout.PollFd;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls. One object serves one thread at a time: it owns the memory that errno is captured
 * in, so that a call allocates nothing. Failures are {@link CallException}s; EINTR is retried.
 */
public final class LinuxCalls implements AutoCloseable {
  private static final MethodHandle MMAP =
      CallState.function(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      CallState.function("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle MADVISE =
      CallState.function(
          "madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MSYNC =
      CallState.function("msync", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle OPEN =
      CallState.function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 2);
  private static final MethodHandle CLOSE =
      CallState.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle GETPAGESIZE =
      CallState.function("getpagesize", FunctionDescriptor.of(JAVA_INT));

  /** What tracking begins with, which memory alone does without; linked when first called. */
  private static final class Tracking {
    static final MethodHandle IOCTL =
        CallState.function(
            "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
    static final MethodHandle SYSCALL =
        CallState.function("syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG), 1);

    private Tracking() {}
  }

  /** Linked when one of them is first called: each takes a JVM that has just started a while. */
  private static final class LinkedLater {
    static final MethodHandle MEMFD_CREATE =
        CallState.function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    static final MethodHandle FTRUNCATE =
        CallState.function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    static final MethodHandle FALLOCATE =
        CallState.function(
            "fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    static final MethodHandle READ =
        CallState.function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    static final MethodHandle PREAD =
        CallState.function(
            "pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    static final MethodHandle PREADV =
        CallState.function(
            "preadv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));
    static final MethodHandle PWRITE =
        CallState.function(
            "pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    static final MethodHandle POLL =
        CallState.function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    static final MethodHandle PROCESS_VM_WRITEV =
        CallState.function(
            "process_vm_writev",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));

    static final MethodHandle SETSID =
        CallState.function("setsid", FunctionDescriptor.of(JAVA_INT));
    static final MethodHandle SIGNAL =
        CallState.function("signal", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG));

    private LinkedLater() {}
  }

  private static final long SIG_IGN = 1;
  private static final long SIG_ERR = -1;

  private final CallState errors = new CallState();

  /** Bytes of a page, getpagesize(2). */
  public static int pageSize() {
    try (CallState state = new CallState()) {
      return (int) GETPAGESIZE.invokeExact(state.segment());
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
  }

  /** setsid(2): the terminal's signals pass this process by. One that leads a group stays. */
  public static void leaveSession() {
    try (CallState state = new CallState()) {
      int ignored = (int) LinkedLater.SETSID.invokeExact(state.segment());
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
  }

  /** signal(2) with SIG_IGN. */
  public static void ignoreSignal(int signal) throws CallException {
    long before;
    try (CallState state = new CallState()) {
      before = (long) LinkedLater.SIGNAL.invokeExact(state.segment(), signal, SIG_IGN);
      if (before == SIG_ERR) {
        throw state.failure("signal(%d, SIG_IGN)".formatted(signal));
      }
    } catch (CallException e) {
      throw e;
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
  }

  /** mmap(2). {@code address} 0 lets the kernel choose. */
  public long mmap(long address, long bytes, int protection, int flags, int fd, long offset)
      throws CallException {
    long result;
    try {
      result =
          (long) MMAP.invokeExact(errors.segment(), address, bytes, protection, flags, fd, offset);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
    if (result == -1) {
      throw errors.failure(
          "mmap(0x%x, %d bytes, prot %d, flags 0x%x, fd %d)"
              .formatted(address, bytes, protection, flags, fd));
    }
    return result;
  }

  public void munmap(long address, long bytes) throws CallException {
    int result;
    try {
      result = (int) MUNMAP.invokeExact(errors.segment(), address, bytes);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
    if (result != 0) {
      throw errors.failure("munmap(0x%x, %d bytes)".formatted(address, bytes));
    }
  }

  public void madvise(long address, long bytes, int advice) throws CallException {
    int result;
    try {
      result = (int) MADVISE.invokeExact(errors.segment(), address, bytes, advice);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
    if (result != 0) {
      throw errors.failure("madvise(0x%x, %d bytes, advice %d)".formatted(address, bytes, advice));
    }
  }

  /** Fails with ENOMEM unless all of the range is mapped: msync(2) with MS_ASYNC does no more. */
  public void checkMapped(long address, long bytes) throws CallException {
    int result;
    try {
      result = (int) MSYNC.invokeExact(errors.segment(), address, bytes, MappingFlags.MS_ASYNC);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
    if (result != 0) {
      throw errors.failure("msync(0x%x, %d bytes, MS_ASYNC)".formatted(address, bytes));
    }
  }

  /** memfd_create(2), closed on exec. */
  public int memfdCreate(String name) throws CallException {
    int fd;
    try (Arena names = Arena.ofConfined()) {
      fd =
          (int)
              LinkedLater.MEMFD_CREATE.invokeExact(
                  errors.segment(), names.allocateFrom(name), MappingFlags.MFD_CLOEXEC);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
    if (fd < 0) {
      throw errors.failure("memfd_create(" + name + ")");
    }
    return fd;
  }

  public void ftruncate(int fd, long bytes) throws CallException {
    int result;
    try {
      result = (int) LinkedLater.FTRUNCATE.invokeExact(errors.segment(), fd, bytes);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
    if (result != 0) {
      throw errors.failure("ftruncate(fd " + fd + ", " + bytes + " bytes)");
    }
  }

  /** fallocate(2) of the first bytes of a file. */
  public void fallocate(int fd, long bytes) throws CallException {
    int result;
    do {
      try {
        result = (int) LinkedLater.FALLOCATE.invokeExact(errors.segment(), fd, 0, 0L, bytes);
      } catch (Throwable e) {
        throw CallState.unexpected(e);
      }
    } while (result != 0 && errors.errno() == Errno.EINTR);
    if (result != 0) {
      throw errors.failure("fallocate(fd " + fd + ", " + bytes + " bytes)");
    }
  }

  /** open(2), closed on exec; a file that is created gets mode 0600. */
  public int open(String path, int flags) throws CallException {
    int fd;
    try (Arena names = Arena.ofConfined()) {
      fd =
          (int)
              OPEN.invokeExact(
                  errors.segment(), names.allocateFrom(path), flags | MappingFlags.O_CLOEXEC, 0600);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
    if (fd < 0) {
      throw errors.failure("open(" + path + ")");
    }
    return fd;
  }

  /** close(2); an error is of no use to anybody. */
  public void closeDescriptor(int fd) {
    try {
      int ignored = (int) CLOSE.invokeExact(errors.segment(), fd);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
  }

  /**
   * read(2): fills {@code target} at most; 0 at the end, -1 where a non-blocking descriptor has
   * nothing, which is no error to who asks again and again.
   */
  public long read(int fd, MemorySegment target) throws CallException {
    long result;
    do {
      try {
        result =
            (long) LinkedLater.READ.invokeExact(errors.segment(), fd, target, target.byteSize());
      } catch (Throwable e) {
        throw CallState.unexpected(e);
      }
    } while (result < 0 && errors.errno() == Errno.EINTR);
    if (result < 0 && errors.errno() != Errno.EAGAIN) {
      throw errors.failure("read(fd " + fd + ")");
    }
    return result;
  }

  /** pread(2) into {@code target}; fewer bytes than asked at the end of the file. */
  public long pread(int fd, MemorySegment target, long bytes, long offset) throws CallException {
    long result;
    do {
      try {
        result = (long) LinkedLater.PREAD.invokeExact(errors.segment(), fd, target, bytes, offset);
      } catch (Throwable e) {
        throw CallState.unexpected(e);
      }
    } while (result < 0 && errors.errno() == Errno.EINTR);
    if (result < 0) {
      throw errors.failure("pread(fd %d, %d bytes at 0x%x)".formatted(fd, bytes, offset));
    }
    return result;
  }

  /**
   * preadv(2) into {@code count} ranges; fewer bytes than asked at the end of the file.
   *
   * @param vector of {@link dev.ooh.linux.layout.IoVec}s
   */
  public long preadv(int fd, MemorySegment vector, int count, long offset) throws CallException {
    long result;
    do {
      try {
        result = (long) LinkedLater.PREADV.invokeExact(errors.segment(), fd, vector, count, offset);
      } catch (Throwable e) {
        throw CallState.unexpected(e);
      }
    } while (result < 0 && errors.errno() == Errno.EINTR);
    if (result < 0) {
      throw errors.failure("preadv(fd %d, %d ranges at 0x%x)".formatted(fd, count, offset));
    }
    return result;
  }

  public long pwrite(int fd, MemorySegment source, long bytes, long offset) throws CallException {
    long result;
    do {
      try {
        result = (long) LinkedLater.PWRITE.invokeExact(errors.segment(), fd, source, bytes, offset);
      } catch (Throwable e) {
        throw CallState.unexpected(e);
      }
    } while (result < 0 && errors.errno() == Errno.EINTR);
    if (result < 0) {
      throw errors.failure("pwrite(fd %d, %d bytes at 0x%x)".formatted(fd, bytes, offset));
    }
    return result;
  }

  /** process_vm_writev(2) of one range; fails unless all of it was written. */
  public void processVmWritev(long pid, MemorySegment source, long address, long bytes)
      throws CallException {
    long result;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment local = arena.allocate(IoVec.BYTES, Long.BYTES);
      IoVec.set(local, source.address(), bytes);
      MemorySegment remote = arena.allocate(IoVec.BYTES, Long.BYTES);
      IoVec.set(remote, address, bytes);
      result =
          (long)
              LinkedLater.PROCESS_VM_WRITEV.invokeExact(
                  errors.segment(), (int) pid, local, 1L, remote, 1L, 0L);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
    if (result != bytes) {
      String call = "process_vm_writev(%d bytes to 0x%x)".formatted(bytes, address);
      if (result < 0) {
        throw errors.failure(call);
      }
      // It stops without an error before the first page that it can't write.
      throw new CallException(
          call + " after " + result, Errno.EFAULT, CallState.reason(Errno.EFAULT));
    }
  }

  /**
   * ioctl(2) with a pointer argument; {@code what} names call and range in the message of a
   * failure, and is asked only then.
   */
  public int ioctl(int fd, long request, MemorySegment argument, Described what)
      throws CallException {
    int result;
    do {
      try {
        result = (int) Tracking.IOCTL.invokeExact(errors.segment(), fd, request, argument);
      } catch (Throwable e) {
        throw CallState.unexpected(e);
      }
    } while (result < 0 && errors.errno() == Errno.EINTR);
    if (result < 0) {
      throw errors.failure(what.describe());
    }
    return result;
  }

  /** poll(2) of an array of struct pollfd; how many are ready, 0 after the timeout; -1 is none. */
  public int poll(MemorySegment array, int milliseconds) throws CallException {
    int result;
    do {
      try {
        result =
            (int)
                LinkedLater.POLL.invokeExact(
                    errors.segment(), array, array.byteSize() / PollFd.BYTES, milliseconds);
      } catch (Throwable e) {
        throw CallState.unexpected(e);
      }
    } while (result < 0 && errors.errno() == Errno.EINTR);
    if (result < 0) {
      throw errors.failure("poll");
    }
    return result;
  }

  /** userfaultfd(2). */
  public int userfaultfd(Architecture architecture, int flags) throws CallException {
    long fd;
    try {
      fd =
          (long)
              Tracking.SYSCALL.invokeExact(
                  errors.segment(), (long) architecture.userfaultfd(), (long) flags);
    } catch (Throwable e) {
      throw CallState.unexpected(e);
    }
    if (fd < 0) {
      throw errors.failure("userfaultfd(flags 0x%x)".formatted(flags));
    }
    return (int) fd;
  }

  /** No call can be made from here on; descriptors and mappings are the caller's. */
  @Override
  public void close() {
    errors.close();
  }

  /** Says what a call was, for a message. */
  @FunctionalInterface
  public interface Described {
    String describe();
  }
}
