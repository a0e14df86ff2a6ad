package dev.ooh.linux.traps;

import java.util.List;
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

  static void kill() {
    for (ProcessHandle monitor : all().toList()) {
      monitor.destroyForcibly();
      monitor.onExit().join();
    }
  }
}
