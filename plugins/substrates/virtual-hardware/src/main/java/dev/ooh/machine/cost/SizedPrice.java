package dev.ooh.machine.cost;

/**
 * A price that depends on the tracked size S, from a row of table IVb: interpolated between the
 * row's sizes on logarithmic axes, and constant beyond them.
 */
final class SizedPrice implements Price {
  private static final double PAGE = 4096;

  private final long[] sizes;
  private final double[] microseconds;

  private SizedPrice(long[] sizes, double[] microseconds) {
    this.sizes = sizes;
    this.microseconds = microseconds;
  }

  /** The row's totals are for a pass over S that touches every page once. */
  static SizedPrice perPage(long[] sizes, double[] totalMillis) {
    double[] each = new double[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      each[i] = totalMillis[i] * 1000 / (sizes[i] / PAGE);
    }
    return new SizedPrice(sizes, each);
  }

  /** The row's totals are what one event costs. */
  static SizedPrice total(long[] sizes, double[] totalMillis) {
    double[] each = new double[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      each[i] = totalMillis[i] * 1000;
    }
    return new SizedPrice(sizes, each);
  }

  @Override
  public double microseconds(long trackedBytes) {
    int above = 0;
    while (above < sizes.length && sizes[above] < trackedBytes) {
      above++;
    }
    if (above == 0) {
      return microseconds[0];
    }
    int below = above - 1;
    if (above == sizes.length) {
      return microseconds[below];
    }
    if (microseconds[below] == 0 || microseconds[above] == 0) {
      // No logarithm of a free price.
      double part = (double) (trackedBytes - sizes[below]) / (sizes[above] - sizes[below]);
      return microseconds[below] + part * (microseconds[above] - microseconds[below]);
    }
    double part =
        Math.log((double) trackedBytes / sizes[below])
            / Math.log((double) sizes[above] / sizes[below]);
    return microseconds[below] * Math.pow(microseconds[above] / microseconds[below], part);
  }
}
