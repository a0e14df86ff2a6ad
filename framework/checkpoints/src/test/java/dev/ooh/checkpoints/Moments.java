package dev.ooh.checkpoints;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** At which moments of a life the power is taken. */
final class Moments {
  /** In a run of all tests; a prime, so that it falls in with no rhythm of the steps. */
  static final int SOME = 7;

  private Moments() {}

  /**
   * One of so many, from one on that {@code random} says, and the last.
   *
   * @param last after so many changes
   */
  static int[] of(int last, int oneIn, SplittableRandom random) {
    return IntStream.concat(
            IntStream.iterate(
                random.nextInt(oneIn), moment -> moment < last, moment -> moment + oneIn),
            IntStream.of(last))
        .toArray();
  }
}
