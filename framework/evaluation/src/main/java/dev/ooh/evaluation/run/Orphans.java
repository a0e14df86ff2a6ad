package dev.ooh.evaluation.run;

import dev.ooh.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The processes of runs, each with a file that names it, so that whoever finds one still at work in
 * a folder whose evaluation was killed doesn't start a second beside it.
 */
public final class Orphans {
  private static final String SUFFIX = ".process";

  /** Of what a process writes before it has all rows: {@link dev.ooh.cli.CsvRows}. */
  private static final String UNFINISHED = ".part";

  private Orphans() {}

  static Path file(Path runs, Measurement measurement) {
    return runs.resolve(measurement.name() + SUFFIX);
  }

  static void write(Path file, Process process) throws IOException {
    Files.writeString(file, process.pid() + " " + started(process.toHandle()) + "\n");
  }

  /**
   * Waits for those that an evaluation that was killed left in {@code runs}: they end by themselves
   * soon after it. Removes the rows that they did not finish.
   *
   * @throws CommandException if one doesn't, naming it
   */
  public static void await(Path runs, long seconds) throws CommandException, IOException {
    for (Path file : ending(runs, SUFFIX)) {
      Optional<ProcessHandle> left = alive(Files.readString(file).strip());
      if (left.isPresent() && !ended(left.get(), seconds)) {
        throw new CommandException(
            "%s is in use by process %d (%s), which an evaluation that was killed has left: end it, or take another folder"
                .formatted(
                    runs.getParent(),
                    left.get().pid(),
                    file.getFileName().toString().replace(SUFFIX, "")));
      }
      Files.deleteIfExists(file);
    }
    for (Path file : ending(runs, UNFINISHED)) {
      Files.deleteIfExists(file);
    }
  }

  private static List<Path> ending(Path runs, String suffix) throws IOException {
    try (Stream<Path> all = Files.list(runs)) {
      return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private static boolean ended(ProcessHandle process, long seconds) {
    try {
      process.onExit().get(seconds, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return !process.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A number is given to another process some day: the time of its start tells. */
  private static Optional<ProcessHandle> alive(String line) {
    String[] words = line.split(" ");
    if (words.length != 2 || !words[0].matches("\\d{1,18}")) {
      return Optional.empty(); // cut short when it was written
    }
    return ProcessHandle.of(Long.parseLong(words[0]))
        .filter(process -> started(process).equals(words[1]));
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }
}
