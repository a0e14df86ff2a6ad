package dev.ooh.integration.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Talks to {@code ooh shell}. Each answer is read to its end, so that nothing has to be waited for.
 */
final class ShellConversation implements AutoCloseable {
  /** Said after each command, for an answer that tells the end of the command's own. */
  private static final String SENTINEL = "frameworklevel";

  private static final String SENTINEL_ANSWER = "Level is ";
  private static final long LIMIT_SECONDS = 300;

  private final Process process;
  private final PrintWriter to;
  private final BufferedReader from;

  ShellConversation(Process process) {
    this.process = process;
    this.to = new PrintWriter(process.outputWriter(), true);
    this.from = process.inputReader();
  }

  /** What {@code command} printed. */
  List<String> say(String command) throws IOException {
    to.println(command);
    to.println(SENTINEL);
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = from.readLine();
      if (line == null) {
        throw new AssertionError("the shell ended; it had said " + lines);
      }
      if (line.startsWith(SENTINEL_ANSWER)) {
        return lines;
      }
      lines.add(line);
    }
  }

  int exit() throws InterruptedException {
    to.println("exit");
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the shell did not end within " + LIMIT_SECONDS + " s");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
