package dev.ooh.workloads.engine;

/**
 * What one thread does of a run: of the one sequence of requests, those whose keys are in its
 * range. So the requests for a key are made by one thread, in their order, and what a run leaves
 * does not hang on how threads interleave.
 *
 * @param seed of the sequence
 * @param requests of the run; keys are drawn below as many
 * @param index 0 to {@code parts}, exclusive; the higher, the higher the keys
 * @param parts how many the run has, one a thread
 */
public record Part(long seed, long requests, int index, int parts) {
  /** The lowest key. */
  public long firstKey() {
    return requests * index / parts;
  }

  /** One more than the highest key. */
  public long endKey() {
    return requests * (index + 1) / parts;
  }

  /** This part's share of what a run has {@code total} of, 1 at least. */
  public long share(long total) {
    return Math.max(1, total * (index + 1) / parts - total * index / parts);
  }
}
