package dev.ooh.linux.call;

import dev.ooh.linux.layout.IoVec;
import dev.ooh.linux.layout.PollFd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * System calls. One object serves one thread at a time: it owns the memory that errno is captured
 * in, so that a call allocates nothing. Failures are {@link CallException}s; EINTR is retried.
 */
public final class LinuxCalls implements AutoCloseable {
  private static final CFunction MMAP = CFunction.of("mmap");
  private static final CFunction MUNMAP = CFunction.of("munmap");
  private static final CFunction MADVISE = CFunction.of("madvise");
  private static final CFunction MSYNC = CFunction.of("msync");
  private static final CFunction CLOSE = CFunction.of("close");
  private static final CFunction GETPAGESIZE = CFunction.of("getpagesize");
  private static final CFunction MEMFD_CREATE = CFunction.of("memfd_create");
  private static final CFunction FTRUNCATE = CFunction.of("ftruncate");
  private static final CFunction FALLOCATE = CFunction.of("fallocate");
  private static final CFunction READ = CFunction.of("read");
  private static final CFunction PREAD = CFunction.of("pread");
  private static final CFunction PREADV = CFunction.of("preadv");
  private static final CFunction PWRITE = CFunction.of("pwrite");
  private static final CFunction POLL = CFunction.of("poll");
  private static final CFunction PROCESS_VM_WRITEV = CFunction.of("process_vm_writev");
  private static final CFunction SETSID = CFunction.of("setsid");
  private static final CFunction SIGNAL = CFunction.of("signal");

  /** Linked when first called, as they are types of their own; memory alone does without. */
  private static final class Variadic {
    static final CFunction OPEN = CFunction.variadic("open", 2);
    static final CFunction IOCTL = CFunction.variadic("ioctl", 2);

    private Variadic() {}
  }

  private static final long SIG_IGN = 1;
  private static final long SIG_ERR = -1;

  private static final int FILE_MODE = 0600;

  private final CallState errors = new CallState();

  /** Bytes of a page, getpagesize(2). */
  public static int pageSize() {
    try (CallState state = new CallState()) {
      return (int) GETPAGESIZE.call(state);
    }
  }

  /** setsid(2): the terminal's signals pass this process by. One that leads a group stays. */
  public static void leaveSession() {
    try (CallState state = new CallState()) {
      long _ = SETSID.call(state);
    }
  }

  /** signal(2) with SIG_IGN. */
  public static void ignoreSignal(int signal) throws CallException {
    try (CallState state = new CallState()) {
      if (SIGNAL.call(state, signal, SIG_IGN) == SIG_ERR) {
        throw state.failure("signal(%d, SIG_IGN)".formatted(signal));
      }
    }
  }

  /** mmap(2). {@code address} 0 lets the kernel choose. */
  public long mmap(long address, long bytes, int protection, int flags, int fd, long offset)
      throws CallException {
    long result = MMAP.call(errors, address, bytes, protection, flags, fd, offset);
    if (result == -1) {
      throw errors.failure(
          "mmap(0x%x, %d bytes, prot %d, flags 0x%x, fd %d)"
              .formatted(address, bytes, protection, flags, fd));
    }
    return result;
  }

  public void munmap(long address, long bytes) throws CallException {
    if ((int) MUNMAP.call(errors, address, bytes) != 0) {
      throw errors.failure("munmap(0x%x, %d bytes)".formatted(address, bytes));
    }
  }

  public void madvise(long address, long bytes, int advice) throws CallException {
    if ((int) MADVISE.call(errors, address, bytes, advice) != 0) {
      throw errors.failure("madvise(0x%x, %d bytes, advice %d)".formatted(address, bytes, advice));
    }
  }

  /** Fails with ENOMEM unless all of the range is mapped: msync(2) with MS_ASYNC does no more. */
  public void checkMapped(long address, long bytes) throws CallException {
    if ((int) MSYNC.call(errors, address, bytes, MappingFlags.MS_ASYNC) != 0) {
      throw errors.failure("msync(0x%x, %d bytes, MS_ASYNC)".formatted(address, bytes));
    }
  }

  /** memfd_create(2), closed on exec. */
  public int memfdCreate(String name) throws CallException {
    int fd;
    try (Arena names = Arena.ofConfined()) {
      MemorySegment text = names.allocateFrom(name);
      fd = (int) MEMFD_CREATE.call(errors, text.address(), MappingFlags.MFD_CLOEXEC);
    }
    if (fd < 0) {
      throw errors.failure("memfd_create(" + name + ")");
    }
    return fd;
  }

  public void ftruncate(int fd, long bytes) throws CallException {
    if ((int) FTRUNCATE.call(errors, fd, bytes) != 0) {
      throw errors.failure("ftruncate(fd " + fd + ", " + bytes + " bytes)");
    }
  }

  /** fallocate(2) of the first bytes of a file. */
  public void fallocate(int fd, long bytes) throws CallException {
    int result;
    do {
      result = (int) FALLOCATE.call(errors, fd, 0, 0, bytes);
    } while (errors.interrupted(result));
    if (result != 0) {
      throw errors.failure("fallocate(fd " + fd + ", " + bytes + " bytes)");
    }
  }

  /** open(2), closed on exec; a file that is created gets mode 0600. */
  public int open(String path, int flags) throws CallException {
    int fd;
    try (Arena names = Arena.ofConfined()) {
      MemorySegment text = names.allocateFrom(path);
      fd =
          (int)
              Variadic.OPEN.call(errors, text.address(), flags | MappingFlags.O_CLOEXEC, FILE_MODE);
    }
    if (fd < 0) {
      throw errors.failure("open(" + path + ")");
    }
    return fd;
  }

  /** close(2); an error is of no use to anybody. */
  public void closeDescriptor(int fd) {
    long _ = CLOSE.call(errors, fd);
  }

  /**
   * read(2): fills {@code target} at most; 0 at the end, -1 where a non-blocking descriptor has
   * nothing, which is no error to who asks again and again.
   */
  public long read(int fd, MemorySegment target) throws CallException {
    long result;
    do {
      result = READ.call(errors, fd, target.address(), target.byteSize());
    } while (errors.interrupted(result));
    Reference.reachabilityFence(target);
    if (result < 0 && errors.errno() != Errno.EAGAIN) {
      throw errors.failure("read(fd " + fd + ")");
    }
    return result;
  }

  /** pread(2) into {@code target}; fewer bytes than asked at the end of the file. */
  public long pread(int fd, MemorySegment target, long bytes, long offset) throws CallException {
    long result;
    do {
      result = PREAD.call(errors, fd, target.address(), bytes, offset);
    } while (errors.interrupted(result));
    Reference.reachabilityFence(target);
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
      result = PREADV.call(errors, fd, vector.address(), count, offset);
    } while (errors.interrupted(result));
    Reference.reachabilityFence(vector);
    if (result < 0) {
      throw errors.failure("preadv(fd %d, %d ranges at 0x%x)".formatted(fd, count, offset));
    }
    return result;
  }

  public long pwrite(int fd, MemorySegment source, long bytes, long offset) throws CallException {
    long result;
    do {
      result = PWRITE.call(errors, fd, source.address(), bytes, offset);
    } while (errors.interrupted(result));
    Reference.reachabilityFence(source);
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
      result = PROCESS_VM_WRITEV.call(errors, pid, local.address(), 1, remote.address(), 1);
    }
    Reference.reachabilityFence(source);
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
      result = (int) Variadic.IOCTL.call(errors, fd, request, argument.address());
    } while (errors.interrupted(result));
    Reference.reachabilityFence(argument);
    if (result < 0) {
      throw errors.failure(what.describe());
    }
    return result;
  }

  /** poll(2) of an array of struct pollfd; how many are ready, 0 after the timeout; -1 is none. */
  public int poll(MemorySegment array, int milliseconds) throws CallException {
    int result;
    do {
      result =
          (int) POLL.call(errors, array.address(), array.byteSize() / PollFd.BYTES, milliseconds);
    } while (errors.interrupted(result));
    Reference.reachabilityFence(array);
    if (result < 0) {
      throw errors.failure("poll");
    }
    return result;
  }

  /** userfaultfd(2). */
  public int userfaultfd(Architecture architecture, int flags) throws CallException {
    long fd = SystemCall.call(errors, architecture.userfaultfd(), flags, 0, 0, 0);
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
