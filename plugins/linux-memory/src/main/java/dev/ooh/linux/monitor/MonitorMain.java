package dev.ooh.linux.monitor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.UnixSocket;
import dev.ooh.linux.layout.Uffdio;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The monitor's main: takes a userfaultfd over the socket at its one argument, resolves faults on
 * one thread and answers requests on another, until the tracked side hangs up.
 */
final class MonitorMain {
  private final UnixSocket socket;
  private final int userfaultfd;
  private final FaultLog log = new FaultLog();
  private final LinuxCalls calls = new LinuxCalls();

  private MonitorMain(UnixSocket socket) throws CallException {
    this.socket = socket;
    this.userfaultfd = socket.receiveDescriptor();
  }

  public static void main(String[] arguments) throws CallException {
    try (UnixSocket socket = UnixSocket.connect(arguments[0])) {
      MonitorMain monitor = new MonitorMain(socket);
      Thread.ofPlatform()
          .daemon()
          .name("faults")
          .start(new FaultHandler(monitor.userfaultfd, monitor.log));
      monitor.serve();
    } finally {
      // The handler blocks in read(2); halting closes the descriptor, which frees every waiter.
      Runtime.getRuntime().halt(0);
    }
  }

  private void serve() throws CallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment header = arena.allocate(MonitorMessage.HEADER_BYTES, Long.BYTES);
      while (socket.receive(header)) {
        try (Arena request = Arena.ofConfined()) {
          answer(header, request);
        }
      }
    }
  }

  private void answer(MemorySegment header, Arena arena) throws CallException {
    int operation = MonitorMessage.operationOrErrno(header);
    int count = MonitorMessage.count(header);
    long mode = MonitorMessage.mode(header);
    MemorySegment runs =
        arena.allocate(Math.max(1, (long) count * MonitorMessage.RUN_BYTES), Long.BYTES);
    if (count > 0 && !socket.receive(runs)) {
      return;
    }
    int errno = 0;
    try {
      for (int run = 0; run < count; run++) {
        long start = runs.getAtIndex(JAVA_LONG, 2L * run);
        apply(operation, mode, start, runs.getAtIndex(JAVA_LONG, 2L * run + 1), arena);
      }
    } catch (CallException e) {
      errno = e.errno();
    }
    long[] pages = operation == MonitorMessage.DRAIN ? log.take() : new long[0];
    MemorySegment reply =
        arena.allocate(MonitorMessage.HEADER_BYTES + 8L * pages.length, Long.BYTES);
    MonitorMessage.header(reply, errno, pages.length, 0);
    MemorySegment.copy(pages, 0, reply, JAVA_LONG, MonitorMessage.HEADER_BYTES, pages.length);
    socket.send(reply);
  }

  private void apply(int operation, long mode, long start, long end, Arena arena)
      throws CallException {
    MemorySegment argument = arena.allocate(Uffdio.BYTES, Long.BYTES);
    Uffdio.range(argument, start, end, mode);
    long request =
        switch (operation) {
          case MonitorMessage.REGISTER -> Uffdio.UFFDIO_REGISTER;
          case MonitorMessage.UNREGISTER -> Uffdio.UFFDIO_UNREGISTER;
          case MonitorMessage.PROTECT -> Uffdio.UFFDIO_WRITEPROTECT;
          default -> throw new IllegalArgumentException("operation " + operation);
        };
    calls.ioctl(
        userfaultfd,
        request,
        argument,
        () -> "request 0x%x [0x%x, 0x%x)".formatted(request, start, end));
  }
}
