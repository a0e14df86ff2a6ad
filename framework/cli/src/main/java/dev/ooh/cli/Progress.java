package dev.ooh.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A line on standard error that says what a long command is doing, rewritten in place. Silent
 * unless standard error is a terminal. For any thread.
 */
public final class Progress implements AutoCloseable {
  private static final String CLEAR_LINE = "\r\033[K";
  private final PrintStream terminal;
  private final boolean shown;

  Progress(PrintStream terminal, boolean shown) {
    this.terminal = terminal;
    this.shown = shown;
  }

  /** Shows progress if standard error is a terminal. */
  public static Progress onTerminal() {
    return new Progress(System.err, isTerminal(2));
  }

  /** Replaces the line. */
  public synchronized void show(String what) {
    if (shown) {
      terminal.print(CLEAR_LINE + what);
      terminal.flush();
    }
  }

  /** Clears the line, so that ordinary output can follow. */
  public synchronized void clear() {
    if (shown) {
      terminal.print(CLEAR_LINE);
      terminal.flush();
    }
  }

  @Override
  public void close() {
    clear();
  }

  /** Whether a descriptor of this process is a terminal; {@code System.console()} asks both. */
  public static boolean isTerminal(int descriptor) {
    try {
      String name = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return name.startsWith("/dev/pts/")
          || name.startsWith("/dev/tty")
          || name.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
