package dev.ooh.machine.substrate;

import java.util.Arrays;

/**
 * What a physical CPU's machines have cost, in simulated milliseconds, as a function of the steps
 * that it ran: what prices make of the clock by which machines are scheduled. Keeps the last turns
 * only; of earlier ones it says what it says of the earliest that it knows.
 */
final class CpuClock {
  private static final int MOST = 1 << 13;

  // Ascending; between two entries the function is a line.
  private long[] steps = new long[16];
  private double[] millis = new double[16];
  private int size = 1;

  /** A turn was run that lasted from one step to another; none before it were. */
  void ran(long from, long to, double cost) {
    double total = millis[size - 1];
    if (from > steps[size - 1]) {
      add(from, total);
    }
    add(to, total + cost);
  }

  /** What had been run up to {@code step}, in milliseconds. */
  double at(long step) {
    int above = Arrays.binarySearch(steps, 0, size, step);
    if (above >= 0) {
      return millis[above];
    }
    above = -above - 1;
    if (above == 0 || above == size) {
      return millis[Math.max(0, above - 1)];
    }
    int below = above - 1;
    double part = (double) (step - steps[below]) / (steps[above] - steps[below]);
    return millis[below] + part * (millis[above] - millis[below]);
  }

  private void add(long step, double total) {
    if (size == steps.length) {
      if (size < MOST) {
        steps = Arrays.copyOf(steps, 2 * size);
        millis = Arrays.copyOf(millis, 2 * size);
      } else {
        int kept = size / 2;
        System.arraycopy(steps, size - kept, steps, 0, kept);
        System.arraycopy(millis, size - kept, millis, 0, kept);
        size = kept;
      }
    }
    steps[size] = step;
    millis[size] = total;
    size++;
  }
}
