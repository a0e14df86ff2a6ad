package dev.ooh.cli.calibrate;

import java.util.Arrays;

/** Times of one thing done again and again, in nanoseconds; immutable. */
final class Samples {
  private final double[] sorted;

  private Samples(double[] sorted) {
    this.sorted = sorted;
  }

  /** One run of what is measured; returns the nanoseconds that count. */
  interface Run {
    double nanos() throws Exception;
  }

  /**
   * Runs {@code run} as often as wanted.
   *
   * @param count 1 or more
   */
  static Samples of(int count, Run run) throws Exception {
    double[] nanos = new double[count];
    for (int i = 0; i < count; i++) {
      nanos[i] = run.nanos();
    }
    return of(nanos);
  }

  /** At least one. */
  static Samples of(double... nanos) {
    double[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Samples(sorted);
  }

  double median() {
    return at(0.5);
  }

  /** Half of the samples are within this distance of each other. */
  double quartileDistance() {
    return at(0.75) - at(0.25);
  }

  int count() {
    return sorted.length;
  }

  private double at(double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
