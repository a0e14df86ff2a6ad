package dev.ooh.evaluation.figure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a pass over the array costs under a technique, and which events that is made of. Set-up is
 * no part of it.
 *
 * @param untracked simulated ms of the pass without tracking (W0)
 * @param tracked simulated ms of the pass and all that tracking adds
 * @param tracker simulated ms of these that the tracker takes
 * @param counts of events, priced and unpriced
 * @param millis simulated ms of priced events, all occurrences together
 */
record PassCost(
    double untracked,
    double tracked,
    double tracker,
    Map<String, Double> counts,
    Map<String, Double> millis) {
  /** What has a price in the profile and happens in a pass; M3, M4 and M9 to M12 are set-up. */
  static final List<String> PRICED =
      List.of("M1", "M5", "M6", "M7", "M8", "M13", "M14", "M15", "M16", "M17", "M18");

  /** What the paper gives no price for; they cost 0. */
  static final List<String> UNPRICED = List.of("pml.full.exit", "self.ipi");

  PassCost {
    counts = Map.copyOf(counts);
    millis = Map.copyOf(millis);
  }

  /** Empty where the array was not run under the technique in the configuration. */
  static Optional<PassCost> of(Figures figures, String technique, String configuration) {
    return of(figures, "micro", technique, configuration);
  }

  /**
   * As above, at other prices.
   *
   * @param command of the measurement, which names the profile
   */
  static Optional<PassCost> of(
      Figures figures, String command, String technique, String configuration) {
    Measured measured = new Measured(figures, command, technique, configuration);
    OptionalDouble slowdown = measured.mean("tracked_slowdown");
    OptionalDouble untracked = measured.perPass("time.W0");
    OptionalDouble tracker = measured.perPass("tracker_time");
    if (slowdown.isEmpty() || untracked.isEmpty() || tracker.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Double> counts = new LinkedHashMap<>();
    Map<String, Double> millis = new LinkedHashMap<>();
    for (String event : PRICED) {
      measured.perPass("time." + event).ifPresent(time -> millis.put(event, time));
      measured.perPass("event." + event).ifPresent(count -> counts.put(event, count));
    }
    for (String event : UNPRICED) {
      measured.perPass("event." + event).ifPresent(count -> counts.put(event, count));
    }
    return Optional.of(
        new PassCost(
            untracked.getAsDouble(),
            untracked.getAsDouble() * slowdown.getAsDouble(),
            tracker.getAsDouble(),
            counts,
            millis));
  }

  /** What was measured of one array. */
  private record Measured(Figures figures, String command, String technique, String configuration) {
    OptionalDouble mean(String metric) {
      return figures.mean(command, technique, "array", configuration, metric);
    }

    OptionalDouble perPass(String metric) {
      OptionalDouble whole = mean(metric);
      return whole.isPresent()
          ? OptionalDouble.of(whole.getAsDouble() / ArrayExperiments.PASSES)
          : OptionalDouble.empty();
    }
  }

  /** What tracking adds, simulated ms. */
  double tracking() {
    return tracked - untracked;
  }

  double count(String event) {
    return counts.getOrDefault(event, 0.0);
  }

  double millis(String event) {
    return millis.getOrDefault(event, 0.0);
  }
}
