package dev.ooh.linux.monitor;

/**
 * How long faults took, in a histogram of which each bucket is an eighth of its power of two wide.
 * For one thread at a time.
 */
final class WaitTimes {
  /** How many numbers {@link #summary} has. */
  static final int SUMMARY = 4;

  private static final int SUBS = 8;
  private static final int SUB_BITS = 3;

  private final long[] counts = new long[SUBS * Long.SIZE];
  private long count;
  private long longest;

  void add(long nanos) {
    counts[bucket(nanos)]++;
    count++;
    longest = Math.max(longest, nanos);
  }

  /** How many, their median, their 99.9th percentile and the longest, in nanoseconds. */
  long[] summary() {
    return new long[] {count, percentile(0.5), percentile(0.999), longest};
  }

  /** At least as long as so large a part of them; at most an eighth more. */
  private long percentile(double part) {
    long wanted = (long) Math.ceil(part * count);
    long seen = 0;
    for (int bucket = 0; bucket < counts.length; bucket++) {
      seen += counts[bucket];
      if (seen >= wanted && seen > 0) {
        return Math.min(end(bucket), longest);
      }
    }
    return 0;
  }

  private static int bucket(long nanos) {
    if (nanos < SUBS) {
      return (int) Math.max(0, nanos);
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - SUB_BITS;
    return (shift + 1) * SUBS + (int) ((nanos >>> shift) - SUBS);
  }

  private static long end(int bucket) {
    if (bucket < SUBS) {
      return bucket;
    }
    int shift = bucket / SUBS - 1;
    return (((long) bucket % SUBS + SUBS + 1) << shift) - 1;
  }
}
