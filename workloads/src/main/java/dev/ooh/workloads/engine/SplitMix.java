package dev.ooh.workloads.engine;

/**
 * SplitMix64: a random generator whose states are a plain sequence, so any draw can be made alone.
 */
public final class SplitMix {
  static final long STEP = 0x9E3779B97F4A7C15L;

  private SplitMix() {}

  /** The generator's output function; as a hash it spreads all bits over all bits. */
  public static long mix(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Draws from 0 to {@code range}, exclusive, in the generator's {@code state}. */
  static long below(long range, long state) {
    return Math.unsignedMultiplyHigh(mix(state), range);
  }
}
