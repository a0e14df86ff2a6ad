package dev.ooh.workloads.engine;

import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;

/**
 * How many set requests a run has, those of all the paper's threads in one sequence.
 *
 * @param small requests of the configuration of that name
 * @param medium likewise
 * @param large likewise
 */
public record SetLoad(long small, long medium, long large) {
  /** The most requests: eight digits number them. */
  public static final long MOST = KeyText.LIMIT;

  /** Of a heap, beside an engine's records. */
  public static final long SPARE_BYTES = 4 << 20;

  /** The share of keys that a run touches, whose keys are as many as its requests: 1 − 1/e. */
  private static final double DISTINCT_KEYS = 0.6322;

  /**
   * So many requests whatever the configuration.
   *
   * @throws IllegalArgumentException unless there is one at least, and eight digits number them all
   */
  public static SetLoad exactly(long requests) {
    if (requests < 1 || requests > MOST) {
      throw new IllegalArgumentException(
          "operations is %d, wanted 1 to %d".formatted(requests, MOST));
    }
    return new SetLoad(requests, requests, requests);
  }

  /**
   * Checks a number of buckets, and returns it.
   *
   * @throws IllegalArgumentException unless it is 1 to {@link #MOST}
   */
  public static long checkBuckets(long buckets) {
    if (buckets < 1 || buckets > MOST) {
      throw new IllegalArgumentException("buckets is %d, wanted 1 to %d".formatted(buckets, MOST));
    }
    return buckets;
  }

  public long requests(Configuration configuration) {
    return configuration.choose(small, medium, large);
  }

  /** About how many keys are set at all. */
  public long records(Configuration configuration) {
    return (long) (requests(configuration) * DISTINCT_KEYS);
  }

  /** What a run must leave, computed without an engine. */
  public PlainRun plainRun(Parameters parameters) {
    return new PlainRun(parameters.seed(), requests(parameters.configuration()));
  }
}
