package dev.ooh.workloads.engine;

/** Digests of records, made one record at a time. */
public final class RecordDigest {
  private RecordDigest() {}

  /** Adds a record to {@code digest}, in which their order counts. */
  public static long inOrder(long digest, long key, long value) {
    return Long.rotateLeft(digest, 5) * SplitMix.STEP + (key ^ 31 * value);
  }

  /** Adds a record to {@code digest}, whatever the order. */
  public static long inAnyOrder(long digest, long key, long value) {
    return digest + SplitMix.mix(SplitMix.mix(key) + value);
  }
}
