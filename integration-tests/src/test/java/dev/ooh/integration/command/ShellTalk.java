package dev.ooh.integration.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/** A conversation with {@code ooh shell}: a command, then all that it answers. */
final class ShellTalk implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(300);

  /** Gogo prints a quoted string as it is, so this is the last line of an answer. */
  private static final String END = "end-of-answer";

  private final Process process;
  private final BufferedReader answers;

  ShellTalk(Path folder) throws IOException {
    process = Ooh.process(folder, true, "shell");
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Says one line and returns the answer, errors included. */
  String say(String line) throws IOException {
    process
        .getOutputStream()
        .write((line + "\n\"" + END + "\"\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    StringBuilder answer = new StringBuilder();
    for (String next = answers.readLine(); next != null; next = answers.readLine()) {
      if (next.equals(END)) {
        return answer.toString();
      }
      answer.append(next).append('\n');
    }
    throw new AssertionError("the shell ended after '" + line + "', it said: " + answer);
  }

  /** Says {@code line} until the answer is as wanted. */
  String until(String line, Predicate<String> wanted) throws IOException {
    long start = System.nanoTime();
    String answer = say(line);
    while (!wanted.test(answer)) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new AssertionError("'" + line + "' still answers:\n" + answer);
      }
      answer = say(line);
    }
    return answer;
  }

  /** The statistics, once the live program has completed so many intervals more. */
  String after(int intervals) throws IOException {
    long wanted = ShellTest.intervals(say("tracking:stats")) + intervals;
    return until("tracking:stats", answer -> ShellTest.intervals(answer) >= wanted);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(LIMIT)) {
      process.destroyForcibly();
      throw new AssertionError("the shell did not end with its input");
    }
  }
}
