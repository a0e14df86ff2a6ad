package dev.ooh.launcher;

import java.io.PrintStream;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * What the user sees: one line a problem on {@code err}; stack traces and informational messages
 * only when verbose. Logging of all bundles ({@link System.Logger}) goes the same way.
 */
public final class Console {
  private final PrintStream out;
  private final PrintStream err;
  private final boolean verbose;

  public Console(PrintStream out, PrintStream err, boolean verbose) {
    this.out = out;
    this.err = err;
    this.verbose = verbose;
  }

  boolean verbose() {
    return verbose;
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  void problem(String line) {
    err.println("ooh: " + line);
  }

  void problem(String line, Throwable cause) {
    problem(line);
    if (verbose) {
      cause.printStackTrace(err);
    }
  }

  /** Lets java.util.logging, where System.Logger ends, speak as this console does. */
  public void takeOverLogging() {
    LogManager.getLogManager().reset();
    Handler handler = new ConsoleHandler();
    handler.setLevel(Level.ALL);
    handler.setFormatter(
        new SimpleFormatter() {
          @Override
          public String format(LogRecord entry) {
            Throwable thrown = entry.getThrown();
            String line = "ooh: " + formatMessage(entry);
            if (thrown != null) {
              line += ": " + Failures.line(thrown);
            }
            return verbose && thrown != null ? super.format(entry) : line + System.lineSeparator();
          }
        });
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    root.setLevel(verbose ? Level.INFO : Level.WARNING);
  }
}
