package dev.ooh.cli.calibrate;

import java.util.List;

/**
 * What one event costs.
 *
 * @param microseconds of one event: a single figure, or one for each size that was measured
 * @param spread the distance between the quartiles of what was measured, as a share of the cost, by
 *     size as well; empty when nothing was measured
 * @param source how it was measured, or where it was taken from; without a comma
 */
record Cost(ProfileEvent event, List<Double> microseconds, List<Double> spread, String source) {
  Cost {
    microseconds = List.copyOf(microseconds);
    spread = List.copyOf(spread);
    if (source.contains(",")) {
      throw new IllegalArgumentException("source is '" + source + "', wanted one without a comma");
    }
  }

  /** A cost that doesn't depend on the size: {@code with} less {@code without}, for each event. */
  static Cost fixed(
      ProfileEvent event, Samples with, Samples without, double events, String measured) {
    return new Cost(
        event,
        List.of(microseconds(with, without, events)),
        List.of(spread(with, without)),
        measured(measured, with));
  }

  /** How a cost is said to have been measured. */
  static String measured(String how, Samples samples) {
    return "measured: %s; median of %d".formatted(how, samples.count());
  }

  /** Of one event, when {@code events} of them make the difference; never below 0. */
  static double microseconds(Samples with, Samples without, double events) {
    return Math.max(0, with.median() - without.median()) / events / 1000;
  }

  static double spread(Samples with, Samples without) {
    double difference = with.median() - without.median();
    double distance = with.quartileDistance() + without.quartileDistance();
    return difference <= 0 ? 1 : distance / difference;
  }

  boolean isMeasured() {
    return !spread.isEmpty();
  }

  double worstSpread() {
    return spread.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }
}
