package dev.ooh.linux.monitor;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.KillTimer;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.UnixSocket;
import dev.ooh.linux.layout.PollFd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The monitor's main: {@code SOCKET LIMIT_MS IDLE_MS FAULTS}. It connects when it has loaded all
 * its classes, since their folder goes then; and in a session of its own, so that Ctrl-C ends the
 * tracked side first and Ctrl-Z stops that alone. Signals that ask a process to end pass it by,
 * too: who sends them to a whole group (a service manager does) gives the tracked side the time to
 * take its last interval, for which it is needed. Takes descriptors, each with a connection of its
 * own, over the socket, and serves each on threads of its own. Ends when the tracked side hangs up,
 * or when it had nothing to serve for the idle time; and is killed by the kernel when it was
 * stopped, or hung, for longer than the limit, since writers wait for it.
 */
final class MonitorMain {
  private static final int CHECKS = 10;

  /** SIGHUP, SIGINT, SIGTERM. */
  private static final int[] ASKING_TO_END = {1, 2, 15};

  private final UnixSocket control;
  private final Architecture architecture;
  private final KillTimer timer;
  private final Duration limit;
  private final Duration idle;
  private final int faults;
  private final AtomicInteger serving = new AtomicInteger();

  /** Handlers that are awake take half of the processors at most, and none of a single one. */
  private final Semaphore awake = new Semaphore(Runtime.getRuntime().availableProcessors() / 2);

  private MonitorMain(UnixSocket control, Duration limit, Duration idle, int faults)
      throws CallException {
    this.control = control;
    this.limit = limit;
    this.idle = idle;
    this.faults = faults;
    architecture =
        Architecture.current().orElseThrow(() -> new IllegalStateException(Architecture.refusal()));
    timer = new KillTimer(architecture, limit);
  }

  public static void main(String[] arguments) {
    Path folder = Objects.requireNonNull(Path.of(arguments[0]).getParent());
    try {
      LinuxCalls.leaveSession();
      for (int signal : ASKING_TO_END) {
        LinuxCalls.ignoreSignal(signal);
      }
      MonitorClasses.loadFrom(folder);
      try (UnixSocket control = connect(arguments[0], folder)) {
        Duration limit = Duration.ofMillis(Long.parseLong(arguments[1]));
        Duration idle = Duration.ofMillis(Long.parseLong(arguments[2]));
        int faults = Integer.parseInt(arguments[3]);
        new MonitorMain(control, limit, idle, faults).run();
      } finally {
        MonitorFolder.delete(folder); // if the tracked side died before it could
      }
    } catch (Throwable e) {
      // The tracked side reads this when the monitor fails to start.
      System.err.println(e);
    } finally {
      // Threads block in system calls; halting closes every descriptor, which frees every waiter.
      Runtime.getRuntime().halt(0);
    }
  }

  private static UnixSocket connect(String socket, Path folder) throws CallException {
    try {
      return UnixSocket.connect(socket);
    } catch (CallException e) {
      if (e.errno() == Errno.ECONNREFUSED) {
        // The tracked side died, and nobody else is left to do it.
        MonitorFolder.delete(folder);
      }
      throw e;
    }
  }

  /** Until the tracked side ended, or there is nothing to do. */
  private void run() throws CallException {
    long quiet = System.nanoTime();
    try (LinuxCalls calls = new LinuxCalls();
        Arena arena = Arena.ofConfined()) {
      MemorySegment ready = arena.allocate(PollFd.BYTES, Long.BYTES);
      MemorySegment taken = arena.allocate(ValueLayout.JAVA_INT);
      PollFd.set(ready, 0, control.fd(), PollFd.POLLIN);
      while (true) {
        timer.putOff();
        if (calls.poll(ready, (int) limit.toMillis() / CHECKS) > 0) {
          int[] descriptors = control.receiveDescriptors();
          if (descriptors == null) {
            return;
          }
          if (descriptors.length == 2) {
            serving.incrementAndGet();
            new ServedDescriptor(
                    architecture,
                    descriptors[0],
                    UnixSocket.of(descriptors[1]),
                    awake,
                    new FaultLog(faults),
                    serving::decrementAndGet)
                .start();
          }
          taken.set(ValueLayout.JAVA_INT, 0, descriptors.length == 2 ? 0 : Errno.EMFILE);
          control.send(taken);
        }
        if (serving.get() > 0) {
          quiet = System.nanoTime();
        } else if (System.nanoTime() - quiet > idle.toNanos()) {
          return;
        }
      }
    }
  }
}
