package dev.ooh.linux.monitor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.call.UnixSocket;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The tracked side's end of a running monitor. When the monitor dies, every call fails; threads
 * that waited in a fault go on, unprotected, since nobody else holds the descriptor.
 */
public final class Monitor implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final Process process;
  private final UnixSocket socket;

  /** Its class path, from which it loads as it goes. */
  private final Path folder;

  /** Set once a request was not answered in full: a later answer could be that of another one. */
  private volatile boolean broken;

  private Monitor(Process process, UnixSocket socket, Path folder) {
    this.process = process;
    this.socket = socket;
    this.folder = folder;
  }

  /**
   * Starts a monitor and hands it a copy of {@code userfaultfd}; the caller closes its own copy
   * then.
   */
  public static Monitor start(int userfaultfd) throws FacilityException {
    Path folder = null;
    Process process = null;
    try {
      folder = Files.createTempDirectory("ooh-monitor");
      MonitorClasses.copyTo(folder);
      String path = folder.resolve("socket").toString();
      try (UnixSocket.Listener listener = new UnixSocket.Listener(path)) {
        process = launch(folder, path);
        UnixSocket socket = listener.accept(START);
        try {
          socket.receiveTimeout(ANSWER);
          socket.sendDescriptor(userfaultfd);
        } catch (CallException e) {
          socket.close();
          throw e;
        }
        return new Monitor(process, socket, folder);
      }
    } catch (IOException | CallException e) {
      if (process != null) {
        process.destroyForcibly();
      }
      if (folder != null) {
        delete(folder);
      }
      throw new FacilityException("start the userfaultfd monitor: " + e.getMessage(), e);
    }
  }

  private static Process launch(Path folder, String socket) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                folder.toString(),
                MonitorMain.class.getName(),
                socket));
    // Options meant for the tracked JVM, such as a debugger's port, would stop the monitor.
    List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
        .forEach(builder.environment()::remove);
    return builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  public void register(PageSet ranges, long mode) throws FacilityException {
    request(MonitorMessage.REGISTER, "UFFDIO_REGISTER", ranges, mode);
  }

  public void unregister(PageSet ranges) throws FacilityException {
    request(MonitorMessage.UNREGISTER, "UFFDIO_UNREGISTER", ranges, 0);
  }

  public void protect(PageSet ranges, long mode) throws FacilityException {
    request(MonitorMessage.PROTECT, "UFFDIO_WRITEPROTECT", ranges, mode);
  }

  /** The pages that faulted since the last drain. */
  public PageSet drain() throws FacilityException {
    PageSet.Builder pages = PageSet.builder();
    for (long page : request(MonitorMessage.DRAIN, "drain", PageSet.empty(), 0)) {
      pages.addPage(page);
    }
    return pages.build();
  }

  /** Whether it can still be asked; false as soon as one request was not answered. */
  public boolean isAlive() {
    return !broken && process.isAlive();
  }

  /** The process, so that a test can end it. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  private synchronized long[] request(int operation, String what, PageSet ranges, long mode)
      throws FacilityException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message =
          arena.allocate(
              MonitorMessage.HEADER_BYTES + (long) ranges.runCount() * MonitorMessage.RUN_BYTES,
              Long.BYTES);
      MonitorMessage.header(message, operation, ranges.runCount(), mode);
      for (int run = 0; run < ranges.runCount(); run++) {
        long at = MonitorMessage.HEADER_BYTES + (long) run * MonitorMessage.RUN_BYTES;
        message.set(JAVA_LONG, at, ranges.runStart(run));
        message.set(JAVA_LONG, at + 8, ranges.runEnd(run));
      }
      socket.send(message);
      MemorySegment header = arena.allocate(MonitorMessage.HEADER_BYTES, Long.BYTES);
      if (!socket.receive(header)) {
        throw died(what);
      }
      int errno = MonitorMessage.operationOrErrno(header);
      if (errno != 0) {
        throw new FacilityException(
            new IOException("%s %s: %s".formatted(what, ranges, CallException.describe(errno))),
            Remedy.synchronousRegistration(errno));
      }
      int count = MonitorMessage.count(header);
      MemorySegment answer = arena.allocate(Math.max(1, 8L * count), Long.BYTES);
      if (count > 0 && !socket.receive(answer)) {
        throw died(what);
      }
      long[] values = new long[count];
      MemorySegment.copy(answer, JAVA_LONG, 0, values, 0, count);
      return values;
    } catch (CallException e) {
      end();
      throw new FacilityException(
          "%s: the userfaultfd monitor: %s".formatted(what, e.getMessage()), e);
    }
  }

  private FacilityException died(String what) {
    end();
    return new FacilityException(what + ": the userfaultfd monitor died");
  }

  /** A monitor that doesn't answer must not hold the descriptor, and with it the writers. */
  private void end() {
    broken = true;
    process.destroyForcibly();
  }

  /** Ends the monitor, and with it every registration. */
  @Override
  public void close() {
    synchronized (this) {
      socket.close();
      broken = true;
    }
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    delete(folder);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.getLogger(Monitor.class.getName())
          .log(System.Logger.Level.DEBUG, "left behind: " + folder, e);
    }
  }
}
