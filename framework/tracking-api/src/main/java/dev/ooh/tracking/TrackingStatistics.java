package dev.ooh.tracking;

/**
 * What the core did for one address space, or one technique's part of it, as an immutable value
 * that adds and subtracts.
 *
 * @param fetches calls that asked which pages changed, of all consumers
 * @param pagesReported pages delivered in intervals, over-reported ones included
 * @param committed intervals that ended with a commit
 * @param aborted intervals that ended without
 * @param conservative intervals that reported pages nobody saw written, beyond a region's first
 * @param switches changes of the active technique; a technique's part are those away from it
 * @param stoppedNanos time in which writers were stopped for a technique that needs it; simulated
 *     on {@code virtual}
 * @param technique counts of all sessions so far
 */
public record TrackingStatistics(
    long fetches,
    long pagesReported,
    long committed,
    long aborted,
    long conservative,
    long switches,
    long stoppedNanos,
    TechniqueStatistics technique) {

  public static TrackingStatistics zero() {
    return new TrackingStatistics(0, 0, 0, 0, 0, 0, 0, TechniqueStatistics.none());
  }

  public TrackingStatistics plus(TrackingStatistics other) {
    return new TrackingStatistics(
        fetches + other.fetches,
        pagesReported + other.pagesReported,
        committed + other.committed,
        aborted + other.aborted,
        conservative + other.conservative,
        switches + other.switches,
        stoppedNanos + other.stoppedNanos,
        technique.plus(other.technique));
  }

  public TrackingStatistics minus(TrackingStatistics before) {
    return new TrackingStatistics(
        fetches - before.fetches,
        pagesReported - before.pagesReported,
        committed - before.committed,
        aborted - before.aborted,
        conservative - before.conservative,
        switches - before.switches,
        stoppedNanos - before.stoppedNanos,
        technique.minus(before.technique));
  }
}
