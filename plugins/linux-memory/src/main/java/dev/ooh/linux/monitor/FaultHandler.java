package dev.ooh.linux.monitor;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.layout.UffdMsg;
import dev.ooh.linux.layout.Uffdio;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads faults, records each page, then lets its writer go on. Runs until the descriptor fails. */
final class FaultHandler implements Runnable {
  private static final long PAGE = 4096;
  private static final int BATCH = 16;

  private final int userfaultfd;
  private final FaultLog log;

  FaultHandler(int userfaultfd, FaultLog log) {
    this.userfaultfd = userfaultfd;
    this.log = log;
  }

  @Override
  public void run() {
    try (LinuxCalls calls = new LinuxCalls();
        Arena arena = Arena.ofConfined()) {
      MemorySegment messages = arena.allocate((long) BATCH * UffdMsg.BYTES, Long.BYTES);
      MemorySegment argument = arena.allocate(Uffdio.BYTES, Long.BYTES);
      while (true) {
        long bytes = calls.read(userfaultfd, messages);
        for (long i = 0; i < bytes / UffdMsg.BYTES; i++) {
          if (UffdMsg.event(messages, i) == UffdMsg.EVENT_PAGEFAULT) {
            long page = UffdMsg.address(messages, i) & -PAGE;
            // One step to whoever drains: a page that is drained and protected again before it is
            // resolved would lose that protection to the resolution, and its writes be missed.
            synchronized (log) {
              log.add(page);
              resolve(calls, argument, page, UffdMsg.flags(messages, i));
            }
          }
        }
      }
    } catch (CallException | RuntimeException | Error e) {
      // The tracked process is gone, and its memory with it, or the descriptor is, or the log no
      // longer fits: this process ends, which wakes whoever waits. Ending this thread alone would
      // leave every writer in its fault.
      Runtime.getRuntime().halt(1);
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
