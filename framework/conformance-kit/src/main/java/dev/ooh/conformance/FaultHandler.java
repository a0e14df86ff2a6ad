package dev.ooh.conformance;

import java.io.IOException;
import java.util.Optional;

/**
 * A fault handler that runs as a child process of this JVM, such as a monitor of userfaultfds, and
 * what may happen to it.
 */
public record FaultHandler(ProcessHandle process) {
  private static final String PAUSE = "kill -STOP $0; sleep 0.$1; kill -CONT $0";

  /** One of them, if there is one now. */
  public static Optional<FaultHandler> find() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .findFirst()
        .map(FaultHandler::new);
  }

  /** Ends it at once. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Stops it for good: only its own dead man's switch can free those who wait for it. */
  public void stop() {
    start("kill", "-STOP", pid());
  }

  /**
   * Stops it for a moment. Another process lets it go on, since this JVM may stand still until
   * then.
   *
   * @param tenths of a second, 1 to 9
   */
  public void pause(int tenths) {
    start("sh", "-c", PAUSE, pid(), Integer.toString(tenths));
  }

  /** From now on it runs only when nobody else wants the CPU. */
  public void starve() {
    start("renice", "-n", "19", "-p", pid());
  }

  private String pid() {
    return Long.toString(process.pid());
  }

  private static void start(String... command) {
    try {
      new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new IllegalStateException(command[0] + ": " + e.getMessage(), e);
    }
  }
}
