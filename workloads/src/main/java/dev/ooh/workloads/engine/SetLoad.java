package dev.ooh.workloads.engine;

import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many set requests a run has, those of all its threads in one sequence.
 *
 * @param small requests of the configuration of that name
 * @param medium likewise
 * @param large likewise
 */
public record SetLoad(long small, long medium, long large) {
  /** The most requests: eight digits number them. */
  public static final long MOST = KeyText.LIMIT;

  /** A global of the heap names each one's part. */
  public static final int MOST_THREADS = Heap.GLOBALS;

  /** Of a heap, beside a part's records. */
  private static final long SPARE_BYTES = 4 << 20;

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

  /** Of a heap, beside the records of all parts. */
  public long spareBytes(Parameters parameters) {
    return parameters.threads() * SPARE_BYTES;
  }

  /**
   * What each thread does of a run, in ascending order of keys. Each keeps its keys in an engine of
   * its own (as tkrzw's ShardDBM has it), so that none waits for another.
   */
  public List<Part> parts(Parameters parameters) {
    long all = requests(parameters.configuration());
    int threads = parameters.threads();
    return IntStream.range(0, threads)
        .mapToObj(index -> new Part(parameters.seed(), all, index, threads))
        .toList();
  }

  /** What a run must leave, computed without an engine. */
  public PlainRun plainRun(Parameters parameters) {
    return new PlainRun(parameters.seed(), requests(parameters.configuration()));
  }
}
