package dev.ooh.evaluation.run;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long an evaluation still takes: what each kind of run took so far, here or before, in
 * proportion to what such runs take by experience; until one has ended, by experience alone. Not
 * for several threads.
 */
final class Estimate {
  /** Seconds of one core by command and application, in the small configuration. */
  private static final Map<String, Double> EXPERIENCE =
      Map.of(
          "micro", 30.0,
          "gc", 8.0,
          "checkpoint", 6.0,
          "checkpoint baby", 60.0,
          "checkpoint cache", 60.0,
          "checkpoint stdhash", 90.0,
          "checkpoint stdtree", 90.0,
          "checkpoint tiny", 90.0);

  private static final Map<String, Double> TIMES_SMALL = Map.of("medium", 4.0, "large", 12.0);

  /** For a run of a command that is not known. */
  private static final double SOMETHING = 10;

  private final int jobs;
  private final Map<Measurement, Double> left = new LinkedHashMap<>();
  private final Map<String, Taken> byKind = new HashMap<>();
  private final Taken all = new Taken();

  private static final class Taken {
    private double seconds;
    private double expected;

    void add(double took, double ofExpected) {
      seconds += took;
      expected += ofExpected;
    }

    double ratio() {
      return seconds / expected;
    }
  }

  /**
   * An estimate.
   *
   * @param wanted what is yet to run
   * @param jobs runs at once
   */
  Estimate(List<Measurement> wanted, int jobs) {
    this.jobs = jobs;
    wanted.forEach(measurement -> left.put(measurement, expected(measurement)));
  }

  /** Learns that {@code measurement} took so long, in this evaluation or before. */
  void took(Measurement measurement, double seconds) {
    left.remove(measurement);
    double expected = expected(measurement);
    byKind.computeIfAbsent(kind(measurement), kind -> new Taken()).add(seconds, expected);
    all.add(seconds, expected);
  }

  /** Seconds until all has run, from when the last run began or ended. */
  double secondsLeft() {
    double sum = 0;
    double longest = 0;
    for (Map.Entry<Measurement, Double> run : left.entrySet()) {
      double seconds = run.getValue() * ratio(kind(run.getKey()));
      sum += seconds;
      longest = Math.max(longest, seconds);
    }
    return Math.max(sum / jobs, longest);
  }

  private double ratio(String kind) {
    Taken ofKind = byKind.get(kind);
    if (ofKind != null) {
      return ofKind.ratio();
    }
    return all.expected > 0 ? all.ratio() : 1;
  }

  /** As people read it. */
  String text() {
    long seconds = Math.round(secondsLeft());
    if (seconds < 120) {
      return "about %d s left".formatted(seconds);
    }
    long minutes = Math.round(seconds / 60.0);
    return minutes < 120
        ? "about %d min left".formatted(minutes)
        : "about %d h left".formatted(Math.round(minutes / 60.0));
  }

  private static String kind(Measurement measurement) {
    String command = measurement.arguments().getFirst();
    String application = measurement.option("--application").orElse("");
    return (command + " " + application).strip();
  }

  private static double expected(Measurement measurement) {
    String kind = kind(measurement);
    String command = measurement.arguments().getFirst();
    double small = EXPERIENCE.getOrDefault(kind, EXPERIENCE.getOrDefault(command, SOMETHING));
    double times =
        TIMES_SMALL.getOrDefault(measurement.option("--configuration").orElse("small"), 1.0);
    return small * times * measurement.machines();
  }
}
