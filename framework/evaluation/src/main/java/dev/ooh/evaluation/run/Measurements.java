package dev.ooh.evaluation.run;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Provenance;
import dev.ooh.cli.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Runs measurements, some at once, and keeps the rows of each in a file. What has its file already
 * is not run again: an interrupted evaluation goes on where it was.
 */
public final class Measurements {
  private static final String DURATIONS = "durations.txt";

  private final Path folder;
  private final int jobs;
  private final Pricing pricing;
  private final SameCode code;
  private final Consumer<String> progress;
  private final Set<Process> running = ConcurrentHashMap.newKeySet();
  private final MemoryShare memory = new MemoryShare(MemoryNeed.LIMIT);

  /** Guarded by this. */
  private int done;

  private int total;
  private Estimate estimate = new Estimate(List.of(), 1);

  /**
   * @param folder where files of rows go; exists
   * @param jobs how many to run at once, as far as there is memory for them
   * @param pricing of those that ask for no profile
   * @param code of all of them
   * @param progress is told what is done and left, by any thread
   */
  public Measurements(
      Path folder, int jobs, Pricing pricing, SameCode code, Consumer<String> progress) {
    this.folder = folder;
    this.jobs = jobs;
    this.pricing = pricing;
    this.code = code;
    this.progress = progress;
  }

  /**
   * Runs what has no rows yet, and reads them all; their experiment is the {@linkplain
   * Measurement#command command}.
   *
   * @throws CommandException if one failed, naming it and what it said last, or ran on other code;
   *     others that ran have their files
   */
  public Map<Measurement, List<Row>> run(List<Measurement> measurements)
      throws CommandException, InterruptedException {
    begin(measurements);
    Thread cleaner = new Thread(() -> running.forEach(Process::destroyForcibly));
    Runtime.getRuntime().addShutdownHook(cleaner);
    try (ExecutorService workers = Executors.newFixedThreadPool(jobs)) {
      List<Future<?>> runs = new ArrayList<>();
      for (Measurement measurement : measurements) {
        runs.add(
            workers.submit(
                () -> {
                  run(pricing.of(measurement));
                  return null;
                }));
      }
      try {
        for (Future<?> run : runs) {
          run.get();
        }
      } catch (ExecutionException e) {
        throw e.getCause() instanceof CommandException failure
            ? failure
            : new CommandException("evaluation failed: " + e.getMessage(), e);
      } finally {
        workers.shutdownNow();
        running.forEach(Process::destroyForcibly);
      }
    } finally {
      Runtime.getRuntime().removeShutdownHook(cleaner);
    }
    Map<Measurement, List<Row>> rows = new LinkedHashMap<>();
    for (Measurement measurement : measurements) {
      rows.put(
          measurement,
          RowFile.read(rowsOf(pricing.of(measurement))).stream()
              .map(row -> named(row, measurement))
              .toList());
    }
    return rows;
  }

  /** Counts what is there already, and tells how long the rest will take. */
  private synchronized void begin(List<Measurement> measurements) throws CommandException {
    List<Measurement> there = new ArrayList<>();
    List<Measurement> wanted = new ArrayList<>();
    for (Measurement each : measurements) {
      Measurement priced = pricing.of(each);
      (Files.exists(rowsOf(priced)) ? there : wanted).add(priced);
    }
    total = measurements.size();
    done = there.size();
    estimate = new Estimate(wanted, jobs);
    Map<String, Double> durations = durations();
    for (Measurement measurement : there) {
      Double seconds = durations.get(measurement.name());
      if (seconds != null) {
        estimate.took(measurement, seconds);
      }
    }
    if (!wanted.isEmpty()) {
      progress.accept("evaluate: %d of %d runs, %s".formatted(done, total, estimate.text()));
    }
  }

  /** How long runs took whose rows are here, by name. */
  private Map<String, Double> durations() throws CommandException {
    Map<String, Double> durations = new HashMap<>();
    Path file = folder.resolve(DURATIONS);
    if (!Files.exists(file)) {
      return durations;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ");
        if (words.length == 2 && words[1].matches("\\d{1,9}\\.\\d+")) { // else cut short
          durations.put(words[0], Double.valueOf(words[1]));
        }
      }
    } catch (IOException e) {
      throw new CommandException(file + " can't be read: " + ErrorText.reason(e), e);
    }
    return durations;
  }

  private static Row named(Row row, Measurement measurement) {
    return new Row(
        measurement.command(),
        row.substrate(),
        row.technique(),
        row.application(),
        row.configuration(),
        row.metric(),
        row.value(),
        row.unit());
  }

  /**
   * What the prices of {@code measurements} are from, profile by profile, as their files of origin
   * tell; they have run.
   */
  public Map<String, String> prices(Collection<Measurement> measurements) throws IOException {
    Map<String, String> prices = new LinkedHashMap<>();
    for (Measurement each : measurements) {
      Measurement measurement = pricing.of(each);
      for (String line : Files.readAllLines(originOf(measurement))) {
        int colon = line.indexOf(": ");
        if (colon > 0 && line.startsWith(Provenance.PRICE_OF)) {
          prices.put(
              measurement.profile() + ", " + line.substring(0, colon), line.substring(colon + 2));
        }
      }
    }
    return prices;
  }

  private Path rowsOf(Measurement measurement) {
    return folder.resolve(measurement.name() + ".csv");
  }

  private Path originOf(Measurement measurement) {
    return folder.resolve(measurement.name() + ".csv.origin");
  }

  private void run(Measurement measurement) throws Exception {
    if (!Files.exists(rowsOf(measurement))) {
      memory.with(
          MemoryNeed.of(measurement),
          () -> {
            measure(measurement);
            return null;
          });
    }
  }

  private void measure(Measurement measurement)
      throws CommandException, IOException, InterruptedException {
    // Rows appear under their name whole or not at all, though the process may be killed.
    Path unfinished = folder.resolve(measurement.name() + ".csv.unfinished");
    Path log = folder.resolve(measurement.name() + ".log");
    Path images = folder.resolve(measurement.name() + ".images");
    Path orphan = Orphans.file(folder, measurement);
    List<String> arguments = new ArrayList<>(measurement.arguments());
    arguments.addAll(List.of("--csv", unfinished.toString()));
    if (measurement.images()) {
      deleteTree(images);
      arguments.addAll(List.of("--directory", images.toString()));
    }
    code.check();
    long started = System.nanoTime();
    Process process = ChildProcess.start(arguments, log);
    running.add(process);
    try {
      Orphans.write(orphan, process);
      int status = process.waitFor();
      if (status != 0) {
        throw new CommandException(
            "ooh %s ended with status %d: %s".formatted(measurement, status, lastLine(log)));
      }
      code.check();
    } finally {
      running.remove(process);
      process.destroyForcibly().waitFor();
      Files.deleteIfExists(orphan);
      deleteTree(images);
    }
    Files.move(
        folder.resolve(measurement.name() + ".csv.unfinished.origin"),
        originOf(measurement),
        StandardCopyOption.REPLACE_EXISTING);
    Files.move(unfinished, rowsOf(measurement), StandardCopyOption.ATOMIC_MOVE);
    Files.delete(log);
    finished(measurement, (System.nanoTime() - started) / 1e9);
  }

  private synchronized void finished(Measurement measurement, double seconds) throws IOException {
    done++;
    Files.writeString(
        folder.resolve(DURATIONS),
        String.format(Locale.ROOT, "%s %.3f%n", measurement.name(), seconds),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    estimate.took(measurement, seconds);
    String left = done < total ? ", " + estimate.text() : "";
    progress.accept("evaluate: %d of %d runs%s; %s".formatted(done, total, left, measurement));
  }

  private static String lastLine(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return lines.isEmpty() ? "it said nothing" : lines.getLast();
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
