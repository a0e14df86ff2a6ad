package dev.ooh.linux.monitor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.ShortSlice;
import dev.ooh.linux.call.UnixSocket;
import dev.ooh.linux.layout.Uffdio;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;

/**
 * One userfaultfd that the monitor holds: its faults are resolved on one thread, requests about it
 * answered on another, until its tracker hangs up. Whatever ends either closes the descriptor,
 * which wakes whoever waits.
 *
 * <p>Two threads, since an answer that is too long for the socket waits until it is read: by a JVM
 * that may have stopped for a collection, which waits for a writer in its fault.
 */
final class ServedDescriptor {
  private final Architecture architecture;
  private final int userfaultfd;
  private final UnixSocket socket;
  private final Runnable ended;
  private final FaultLog log;
  private final PageSaver saver;
  private final LinuxCalls calls = new LinuxCalls();
  private final FaultHandler handler;
  private final Thread faults;

  ServedDescriptor(
      Architecture architecture,
      int userfaultfd,
      UnixSocket socket,
      Semaphore awake,
      FaultLog log,
      Runnable ended) {
    this.architecture = architecture;
    this.userfaultfd = userfaultfd;
    this.socket = socket;
    this.log = log;
    this.ended = ended;
    saver = new PageSaver(userfaultfd, log);
    handler = new FaultHandler(userfaultfd, socket.fd(), log, saver, awake);
    faults = Thread.ofPlatform().daemon().name("faults-" + userfaultfd).unstarted(this::handle);
  }

  void start() {
    faults.start();
    Thread.ofPlatform().daemon().name("requests-" + userfaultfd).start(this::serve);
  }

  private void handle() {
    try {
      ShortSlice.ask(architecture);
      handler.run();
    } catch (CallException | RuntimeException | Error e) {
      // The tracked process is gone, and its memory with it, or the log no longer fits. Nobody is
      // left to resolve faults here: the other thread closes the descriptor.
      socket.stopReceiving();
    }
  }

  private void serve() {
    try (Arena arena = Arena.ofConfined()) {
      ShortSlice.ask(architecture);
      MemorySegment header = arena.allocate(MonitorMessage.HEADER_BYTES, Long.BYTES);
      boolean close = false;
      while (!close && socket.receive(header)) {
        close = MonitorMessage.operationOrErrno(header) == MonitorMessage.CLOSE;
        if (!close) {
          try (Arena request = Arena.ofConfined()) {
            answer(header, request);
          }
        }
      }
      release();
      if (close) {
        MonitorMessage.header(header, 0, 0, 0);
        socket.send(header);
      }
    } catch (CallException | InterruptedException | RuntimeException | Error e) {
      // Whatever it was: a descriptor that nobody serves must not stay open.
      Runtime.getRuntime().halt(1);
    } finally {
      socket.close();
      ended.run();
    }
  }

  /** The kernel frees a descriptor only when nobody polls it any more. */
  private void release() throws InterruptedException, CallException {
    handler.stop();
    socket.stopReceiving();
    faults.join();
    saver.end();
    calls.closeDescriptor(userfaultfd);
    calls.close();
  }

  private void answer(MemorySegment header, Arena arena) throws CallException {
    int operation = MonitorMessage.operationOrErrno(header);
    int count = MonitorMessage.count(header);
    long mode = MonitorMessage.modeOrDone(header);
    MemorySegment runs =
        arena.allocate(Math.max(1, (long) count * MonitorMessage.RUN_BYTES), Long.BYTES);
    if (count > 0 && !socket.receive(runs)) {
      return;
    }
    int errno = 0;
    long done = 0;
    long[] values = {};
    if (MonitorMessage.isOfSnapshot(operation)) {
      long[] bounds = new long[2 * count];
      MemorySegment.copy(runs, JAVA_LONG, 0, bounds, 0, bounds.length);
      try {
        values = save(operation, mode, bounds);
      } catch (CallException e) {
        errno = e.errno();
      }
    } else {
      MemorySegment argument = arena.allocate(Uffdio.BYTES, Long.BYTES);
      try {
        for (; done < count; done++) {
          long start = runs.getAtIndex(JAVA_LONG, 2L * done);
          apply(operation, mode, start, runs.getAtIndex(JAVA_LONG, 2L * done + 1), argument);
        }
      } catch (CallException e) {
        errno = e.errno();
      }
      if (operation == MonitorMessage.DRAIN) {
        synchronized (log) {
          done = log.overflow();
          values = log.take();
        }
        errno = done > 0 ? Errno.ENOSPC : 0;
      }
    }
    MemorySegment reply =
        arena.allocate(MonitorMessage.HEADER_BYTES + 8L * values.length, Long.BYTES);
    MonitorMessage.header(reply, errno, values.length, done);
    MemorySegment.copy(values, 0, reply, JAVA_LONG, MonitorMessage.HEADER_BYTES, values.length);
    socket.send(reply);
  }

  private long[] save(int operation, long mode, long[] bounds) throws CallException {
    switch (operation) {
      case MonitorMessage.WHOLE_BLOCKS -> saver.wholeBlocks(bounds);
      case MonitorMessage.PREPARE -> {
        int[] descriptors = socket.receiveDescriptors();
        if (descriptors == null || descriptors.length == 0) {
          throw CallException.of("receive a buffer", Errno.EMFILE);
        }
        saver.prepare(bounds, mode, descriptors[0], descriptors[1]);
      }
      case MonitorMessage.BEGIN -> {
        return saver.begin();
      }
      case MonitorMessage.RELEASE -> {
        return saver.release(bounds);
      }
      case MonitorMessage.FORGO -> saver.forgo(bounds);
      case MonitorMessage.OWED -> {
        return saver.owed(bounds);
      }
      case MonitorMessage.END -> {
        return saver.end();
      }
      default -> throw new IllegalArgumentException("operation " + operation);
    }
    return new long[0];
  }

  private void apply(int operation, long mode, long start, long end, MemorySegment argument)
      throws CallException {
    switch (operation) {
      case MonitorMessage.REGISTER -> register(argument, start, end, mode);
      case MonitorMessage.UNREGISTER -> unregister(argument, start, end);
      case MonitorMessage.PROTECT -> call(Uffdio.UFFDIO_WRITEPROTECT, argument, start, end, mode);
      default -> throw new IllegalArgumentException("operation " + operation);
    }
  }

  /**
   * Pages of hugetlbfs can't be resolved in parts of 4 KiB: their writers would fault for ever. The
   * kernel takes them when they are registered.
   */
  private void register(MemorySegment argument, long start, long end, long mode)
      throws CallException {
    call(Uffdio.UFFDIO_REGISTER, argument, start, end, mode);
    if (Uffdio.isHugetlbfs(argument)) {
      call(Uffdio.UFFDIO_UNREGISTER, argument, start, end, 0);
      throw CallException.of(
          "UFFDIO_REGISTER [0x%x, 0x%x) of hugetlbfs".formatted(start, end), Errno.EINVAL);
    }
  }

  /**
   * Addresses that were unmapped meanwhile may be somebody else's by now, and kernels before 6.17
   * let any descriptor unregister another's range. Registering fails with EBUSY there.
   */
  private void unregister(MemorySegment argument, long start, long end) throws CallException {
    try {
      call(Uffdio.UFFDIO_REGISTER, argument, start, end, Uffdio.REGISTER_MODE_WP);
      call(Uffdio.UFFDIO_UNREGISTER, argument, start, end, 0);
    } catch (CallException e) {
      if (e.errno() != Errno.EBUSY && e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
  }

  private void call(long request, MemorySegment argument, long start, long end, long mode)
      throws CallException {
    Uffdio.range(argument, start, end, mode);
    calls.ioctl(
        userfaultfd,
        request,
        argument,
        () -> "request 0x%x [0x%x, 0x%x)".formatted(request, start, end));
  }
}
