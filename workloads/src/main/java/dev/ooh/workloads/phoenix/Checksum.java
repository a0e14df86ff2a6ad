package dev.ooh.workloads.phoenix;

/** Sums in which each place counts differently, and whose order doesn't matter. */
final class Checksum {
  private Checksum() {}

  /** By which a value at {@code place} enters the sum. */
  static long weight(long place) {
    long mixed = (place + 1) * 0x9E3779B97F4A7C15L;
    return mixed ^ mixed >>> 29;
  }
}
