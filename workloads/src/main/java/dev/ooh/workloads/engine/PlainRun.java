package dev.ooh.workloads.engine;

import java.util.Arrays;

/**
 * What a run leaves, computed on the Java heap and without any engine: for each key the last
 * request that set it. Takes four bytes a key.
 */
public final class PlainRun {
  private static final int UNSET = -1;

  private final long seed;
  private final int requests;

  /** By key; keys and requests are as many, and fewer than an array may be long. */
  private final int[] lastRequest;

  PlainRun(long seed, long requests) {
    this.seed = seed;
    this.requests = Math.toIntExact(requests);
    lastRequest = new int[this.requests];
    Arrays.fill(lastRequest, UNSET);
    for (int request = 0; request < requests; request++) {
      lastRequest[key(request)] = request;
    }
  }

  private int key(int request) {
    return (int) SplitMix.below(requests, seed + (request + 1L) * SplitMix.STEP);
  }

  /** The {@linkplain RecordDigest#inOrder digest} of all records by key. */
  public long inKeyOrder() {
    long digest = 0;
    for (int key = 0; key < requests; key++) {
      if (lastRequest[key] != UNSET) {
        digest = RecordDigest.inOrder(digest, KeyText.of(key), KeyText.of(lastRequest[key]));
      }
    }
    return digest;
  }

  /** The {@linkplain RecordDigest#inAnyOrder digest} of all records. */
  public long inAnyOrder() {
    long digest = 0;
    for (int key = 0; key < requests; key++) {
      if (lastRequest[key] != UNSET) {
        digest = RecordDigest.inAnyOrder(digest, KeyText.of(key), KeyText.of(lastRequest[key]));
      }
    }
    return digest;
  }

  /**
   * Adds to {@code before} the {@linkplain RecordDigest#inOrder digest} of the {@code most} records
   * of a part that were set last, from the latest on.
   */
  public long latestFirst(long before, Part part, long most) {
    long digest = before;
    long records = 0;
    for (int request = requests - 1; request >= 0 && records < most; request--) {
      int key = key(request);
      if (key >= part.firstKey() && key < part.endKey() && lastRequest[key] == request) {
        digest = RecordDigest.inOrder(digest, KeyText.of(key), KeyText.of(request));
        records++;
      }
    }
    return digest;
  }
}
