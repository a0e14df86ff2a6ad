package dev.ooh.criu;

/**
 * When to dump.
 *
 * @param preDumps how many pre-dumps to spread evenly over the run until the dump, 0 or more
 * @param until how far the program runs before it is dumped, above 0 and up to 1
 */
public record CheckpointPlan(int preDumps, double until) {
  public CheckpointPlan {
    if (preDumps < 0) {
      throw new IllegalArgumentException("pre-dumps is " + preDumps + ", wanted 0 or more");
    }
    if (!(until > 0 && until <= 1)) {
      throw new IllegalArgumentException("until is " + until + ", wanted above 0 and up to 1");
    }
  }

  /** The progress, 0 to 1, at which dump {@code index} is due; the last one is the full dump. */
  double due(int index) {
    return until * (index + 1) / (preDumps + 1);
  }
}
