package dev.ooh.linux.traps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The monitors that this JVM started. */
final class Monitors {
  private Monitors() {}

  private static Stream<ProcessHandle> all() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("java"));
  }

  static List<Long> pids() {
    return all().map(ProcessHandle::pid).toList();
  }

  /**
   * How long a slice is, in nanoseconds, of each thread of the only one, by its name as far as a
   * hyphen; empty where the kernel doesn't say.
   */
  static Map<String, Long> slices() throws IOException {
    Map<String, Long> slices = new HashMap<>();
    long pid = all().findFirst().orElseThrow().pid();
    try (Stream<Path> threads = Files.list(Path.of("/proc", pid + "", "task"))) {
      for (Path thread : threads.toList()) {
        try {
          String name = Files.readString(thread.resolve("comm")).strip().split("-")[0];
          Files.readString(thread.resolve("sched"))
              .lines()
              .filter(line -> line.startsWith("se.slice "))
              .map(line -> Long.valueOf(line.substring(line.indexOf(':') + 1).strip()))
              .forEach(slice -> slices.put(name, slice));
        } catch (IOException e) {
          continue; // it ended since it was listed, or this kernel has no such file
        }
      }
    }
    return slices;
  }

  /** The signals that the only one ignores, a bit each; proc_pid_status(5). */
  static long ignoredSignals() throws IOException {
    long pid = all().findFirst().orElseThrow().pid();
    String line =
        Files.readAllLines(Path.of("/proc", pid + "", "status")).stream()
            .filter(it -> it.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow();
    return Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16);
  }

  /** Stops the only one, as a debugger does. */
  static ProcessHandle stop() throws Exception {
    ProcessHandle monitor = all().findFirst().orElseThrow();
    Process kill = new ProcessBuilder("kill", "-STOP", Long.toString(monitor.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IllegalStateException("kill -STOP " + monitor.pid() + " failed");
    }
    while (!isStopped(monitor)) {
      Thread.onSpinWait();
    }
    return monitor;
  }

  /** Each thread stops when it comes to it. */
  private static boolean isStopped(ProcessHandle process) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc", process.pid() + "", "task"))) {
      for (Path thread : threads.toList()) {
        if (!Files.readString(thread.resolve("stat")).contains(") T ")) {
          return false;
        }
      }
      return true;
    }
  }

  static void kill() {
    for (ProcessHandle monitor : all().toList()) {
      monitor.destroyForcibly();
      monitor.onExit().join();
    }
  }
}
