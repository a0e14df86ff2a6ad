package dev.ooh.machine.cost;

/** What one event costs, in microseconds, at a tracked size S in bytes. */
@FunctionalInterface
interface Price {
  Price FREE = trackedBytes -> 0;

  double microseconds(long trackedBytes);

  static Price fixed(double microseconds) {
    return trackedBytes -> microseconds;
  }
}
