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
    OptionalDouble slowdown = mean(figures, technique, configuration, "tracked_slowdown");
    OptionalDouble untracked = perPass(figures, technique, configuration, "time.W0");
    OptionalDouble tracker = perPass(figures, technique, configuration, "tracker_time");
    if (slowdown.isEmpty() || untracked.isEmpty() || tracker.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Double> counts = new LinkedHashMap<>();
    Map<String, Double> millis = new LinkedHashMap<>();
    for (String event : PRICED) {
      perPass(figures, technique, configuration, "time." + event)
          .ifPresent(time -> millis.put(event, time));
      perPass(figures, technique, configuration, "event." + event)
          .ifPresent(count -> counts.put(event, count));
    }
    for (String event : UNPRICED) {
      perPass(figures, technique, configuration, "event." + event)
          .ifPresent(count -> counts.put(event, count));
    }
    return Optional.of(
        new PassCost(
            untracked.getAsDouble(),
            untracked.getAsDouble() * slowdown.getAsDouble(),
            tracker.getAsDouble(),
            counts,
            millis));
  }

  private static OptionalDouble mean(
      Figures figures, String technique, String configuration, String metric) {
    return figures.mean("micro", technique, "array", configuration, metric);
  }

  private static OptionalDouble perPass(
      Figures figures, String technique, String configuration, String metric) {
    OptionalDouble whole = mean(figures, technique, configuration, metric);
    return whole.isPresent()
        ? OptionalDouble.of(whole.getAsDouble() / ArrayExperiments.PASSES)
        : OptionalDouble.empty();
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
