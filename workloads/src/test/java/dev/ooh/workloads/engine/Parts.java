package dev.ooh.workloads.engine;

/** Parts for tests of one engine. */
public final class Parts {
  private Parts() {}

  /** All of a run, for one thread. */
  public static Part whole(long seed, long requests) {
    return new Part(seed, requests, 0, 1);
  }
}
