package dev.ooh.workloads;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run works on.
 *
 * @param configuration one of the paper's three (Table II)
 * @param input a file for applications that read one
 * @param seed of whatever the application draws at random
 * @param threads how many the run has, 1 to {@link Application#mostThreads}
 */
public record Parameters(
    Configuration configuration, Optional<Path> input, long seed, int threads) {
  /** Of a run of one thread. */
  public Parameters(Configuration configuration, Optional<Path> input, long seed) {
    this(configuration, input, seed, 1);
  }

  /** The paper's three sizes (Table II). */
  public enum Configuration {
    SMALL,
    MEDIUM,
    LARGE;

    /** The value for this size. */
    public long choose(long small, long medium, long large) {
      return switch (this) {
        case SMALL -> small;
        case MEDIUM -> medium;
        case LARGE -> large;
      };
    }
  }
}
