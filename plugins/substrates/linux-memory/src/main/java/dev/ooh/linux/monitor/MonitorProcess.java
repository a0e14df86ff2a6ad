package dev.ooh.linux.monitor;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.call.UnixSocket;
import dev.ooh.tracking.facility.FacilityException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running monitor, which may serve several descriptors. Safe for any thread. */
final class MonitorProcess {
  private static final Duration START = Duration.ofSeconds(20);
  private static final Duration STEP = Duration.ofMillis(250);

  /** How long a killed process may take to be gone. */
  private static final Duration DEATH = Duration.ofSeconds(30);

  private final Process process;
  private final UnixSocket control;
  private volatile boolean ended;

  private MonitorProcess(Process process, UnixSocket control) {
    this.process = process;
    this.control = control;
  }

  static MonitorProcess start(MonitorLimits limits) throws IOException, CallException {
    Process process = null;
    UnixSocket control = null;
    try (MonitorFolder folder = new MonitorFolder()) {
      folder.make(MonitorClasses::copyTo);
      try (UnixSocket.Listener listener = folder.make(MonitorProcess::listen)) {
        process = folder.make(path -> launch(path, limits));
        control = accept(listener, process, folder);
      }
      control.timeout(limits.answer());
      return new MonitorProcess(process, control);
    } catch (IOException | CallException | RuntimeException e) {
      if (control != null) {
        control.close();
      }
      if (process != null) {
        process.destroyForcibly();
      }
      throw e;
    }
  }

  private static UnixSocket.Listener listen(Path folder) throws CallException {
    return new UnixSocket.Listener(socket(folder));
  }

  private static String socket(Path folder) {
    return folder.resolve("socket").toString();
  }

  private static Path errors(Path folder) {
    return folder.resolve("errors");
  }

  private static Process launch(Path folder, MonitorLimits limits) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                folder.toString(),
                MonitorMain.class.getName(),
                socket(folder),
                Long.toString(limits.stopped().toMillis()),
                Long.toString(limits.idle().toMillis()),
                Integer.toString(limits.faults())));
    // Options meant for the tracked JVM, such as a debugger's port, would stop the monitor.
    List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
        .forEach(builder.environment()::remove);
    return builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(errors(folder).toFile())
        .start();
  }

  /** A monitor that connects needs nothing of its folder any more. */
  private static UnixSocket accept(
      UnixSocket.Listener listener, Process process, MonitorFolder folder)
      throws IOException, CallException {
    for (long tries = START.dividedBy(STEP); ; tries--) {
      try {
        return listener.accept(STEP);
      } catch (CallException e) {
        if (e.errno() != Errno.EAGAIN) {
          throw e;
        }
      }
      if (tries == 0) {
        throw new IOException(
            "its process %d did not connect within %d ms"
                .formatted(process.pid(), START.toMillis()));
      }
      if (!process.isAlive()) {
        throw new IOException(
            "its process ended with %d, and said: %s"
                .formatted(
                    process.exitValue(),
                    folder.make(path -> Files.readString(errors(path))).strip()));
      }
    }
  }

  /**
   * Hands over a copy of {@code userfaultfd}, with a connection to ask about it; the caller closes
   * its own copy then.
   *
   * @throws FacilityException when the process can't take it; or doesn't answer, and is dead then
   */
  UnixSocket serve(int userfaultfd) throws FacilityException {
    UnixSocket.Pair pair;
    try {
      pair = UnixSocket.pair();
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.descriptors(e));
    }
    boolean taken = false;
    try {
      int errno = handOver(userfaultfd, pair.other());
      if (errno != 0) {
        CallException e = CallException.of("hand a userfaultfd to process " + pid(), errno);
        throw new FacilityException(e, Remedy.descriptors(e));
      }
      taken = true;
      return pair.one();
    } catch (CallException e) {
      kill();
      throw new FacilityException(
          "hand a userfaultfd to process %d: %s".formatted(pid(), e.getMessage()), e);
    } finally {
      pair.other().letGo();
      if (!taken) {
        pair.one().close();
      }
    }
  }

  private int handOver(int userfaultfd, UnixSocket theirs) throws CallException {
    synchronized (control) {
      try (Arena arena = Arena.ofConfined()) {
        control.sendDescriptors(userfaultfd, theirs.fd());
        MemorySegment answer = arena.allocate(ValueLayout.JAVA_INT);
        if (!control.receive(answer)) {
          throw CallException.of("read its answer", Errno.EPIPE);
        }
        return answer.get(ValueLayout.JAVA_INT, 0);
      }
    }
  }

  boolean isAlive() {
    return !ended && process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /**
   * Kills it and waits until it is gone, and with it the descriptors that it held: whoever waited
   * in a fault goes on, and their ranges are free for another one.
   */
  void kill() {
    ended = true;
    process.destroyForcibly();
    boolean interrupted = false;
    long end = System.nanoTime() + DEATH.toNanos();
    while (process.isAlive() && System.nanoTime() < end) {
      try {
        process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    synchronized (control) {
      control.close();
    }
  }
}
