package dev.ooh.linux.monitor;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.layout.PollFd;
import dev.ooh.linux.layout.UffdMsg;
import dev.ooh.linux.layout.Uffdio;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;

/**
 * Reads a descriptor's faults, records each page, then lets its writer go on. Runs until the
 * tracked side hangs up.
 */
final class FaultHandler {
  static final long PAGE = 4096;

  /** What a transparent huge page holds. */
  static final long BLOCK = 2L << 20;

  private static final int BATCH = 16;

  private final int userfaultfd;
  private final int connection;
  private final FaultLog log;
  private final PageSaver saver;
  private final Semaphore awake;
  private final Wakefulness wakefulness = new Wakefulness();

  private volatile boolean stopped;

  /**
   * @param userfaultfd non-blocking
   * @param connection whose hang-up ends {@link #run}
   * @param awake as many as may be awake at once, of all handlers
   */
  FaultHandler(int userfaultfd, int connection, FaultLog log, PageSaver saver, Semaphore awake) {
    this.userfaultfd = userfaultfd;
    this.connection = connection;
    this.log = log;
    this.saver = saver;
    this.awake = awake;
  }

  /** Makes {@link #run} end, also while faults keep coming; who sleeps is woken by the hang-up. */
  void stop() {
    stopped = true;
  }

  void run() throws CallException {
    try (LinuxCalls calls = new LinuxCalls();
        Arena arena = Arena.ofConfined()) {
      MemorySegment messages = arena.allocate((long) BATCH * UffdMsg.BYTES, Long.BYTES);
      MemorySegment argument = arena.allocate(Uffdio.BYTES, Long.BYTES);
      MemorySegment ready = arena.allocate(2L * PollFd.BYTES, Long.BYTES);
      PollFd.set(ready, 0, userfaultfd, PollFd.POLLIN);
      PollFd.set(ready, 1, connection, PollFd.POLLRDHUP);
      while (!stopped) {
        long count = wakefulness.isDue() ? readAwake(calls, messages) : 0;
        while (count == 0) {
          calls.poll(ready, -1);
          if (PollFd.found(ready, 1) != 0) {
            return;
          }
          count = read(calls, messages);
        }
        long read = System.nanoTime();
        wakefulness.faulted(read, count);
        for (long i = 0; i < count; i++) {
          if (UffdMsg.event(messages, i) == UffdMsg.EVENT_PAGEFAULT) {
            long page = UffdMsg.address(messages, i) & -PAGE;
            long flags = UffdMsg.flags(messages, i);
            // One step to whoever drains: a page that is drained and protected again before it is
            // resolved would lose that protection to the resolution, and its writes be missed.
            synchronized (log) {
              if (handle(calls, argument, page, flags)) {
                saver.waited(System.nanoTime() - read);
              }
            }
          }
        }
      }
    }
  }

  /** Returns whether anything was saved for a snapshot. */
  private boolean handle(LinuxCalls calls, MemorySegment argument, long page, long flags)
      throws CallException {
    boolean saved = false;
    long block = page & -BLOCK;
    if ((flags & UffdMsg.PAGEFAULT_FLAG_WP) != 0 && saver.isWhole(block)) {
      log.addBlock(block);
      saved = saver.beforeWrite(block, block + BLOCK);
      if (resolveBlock(calls, argument, block)) {
        return saved;
      }
    }
    log.add(page);
    saved |= saver.beforeWrite(page, page + PAGE);
    resolve(calls, argument, page, flags);
    return saved;
  }

  /** Asks for a while; 0 where nothing came, or as many are awake as may be. */
  private long readAwake(LinuxCalls calls, MemorySegment messages) throws CallException {
    if (!awake.tryAcquire()) {
      return 0;
    }
    try {
      long count;
      long start = System.nanoTime();
      do {
        count = read(calls, messages);
      } while (count == 0 && System.nanoTime() - start < Wakefulness.NANOS);
      return count;
    } finally {
      awake.release();
    }
  }

  /** Messages that were there; 0 also where a writer was woken by somebody else, or ended. */
  private long read(LinuxCalls calls, MemorySegment messages) throws CallException {
    return Math.max(0, calls.read(userfaultfd, messages)) / UffdMsg.BYTES;
  }

  /**
   * Resolves all of a block, so that its huge page need not be split. Returns false where it is no
   * longer one mapping that is watched.
   */
  private boolean resolveBlock(LinuxCalls calls, MemorySegment argument, long block) {
    Uffdio.range(argument, block, block + BLOCK, 0);
    try {
      calls.ioctl(
          userfaultfd,
          Uffdio.UFFDIO_WRITEPROTECT,
          argument,
          () -> "resolve a fault of the block at 0x%x".formatted(block));
      return true;
    } catch (CallException e) {
      return false;
    }
  }

  private void resolve(LinuxCalls calls, MemorySegment argument, long page, long flags)
      throws CallException {
    boolean protect = (flags & UffdMsg.PAGEFAULT_FLAG_WP) != 0;
    Uffdio.range(argument, page, page + PAGE, 0);
    try {
      calls.ioctl(
          userfaultfd,
          protect ? Uffdio.UFFDIO_WRITEPROTECT : Uffdio.UFFDIO_ZEROPAGE,
          argument,
          () -> "resolve a fault at 0x%x".formatted(page));
    } catch (CallException e) {
      // EEXIST: another thread's fault filled it. ENOENT: it was unmapped. EAGAIN: mappings are
      // changing. Waking the writer makes it fault again where that is still due.
      if (e.errno() == Errno.ESRCH) {
        throw e;
      }
      Uffdio.range(argument, page, page + PAGE, 0);
      calls.ioctl(
          userfaultfd, Uffdio.UFFDIO_WAKE, argument, () -> "UFFDIO_WAKE 0x%x".formatted(page));
    }
  }
}
