package dev.ooh.gc.statistics;

import java.util.List;
import java.util.OptionalLong;

/**
 * What one cycle did. Times are of the execution context's clock: simulated on {@code virtual}.
 * Young cycles that a concurrent one begins and goes on with are cycles of their own.
 *
 * @param number from 1, in the order in which cycles begin; those without an end leave gaps
 * @param startNanos when the mutators were asked to stop for its pause, by that clock
 * @param pauseNanos from asking the mutators to stop until they went on
 * @param phases in their order, those beside the program first
 * @param pagesWatched pages asked about
 * @param pagesChanged of those, pages reported
 * @param pagesRescanned pages searched for old objects, to trace from them again: those changed,
 *     those that count as changed; of a concurrent cycle those of all its phases
 * @param objectsTraced objects whose slots were all read
 * @param slotsRead reference slots read
 * @param allocatedBytes allocated since the cycle before
 * @param liveBytes in cells that were kept, floating garbage included
 * @param freedBytes in cells that were freed
 * @param heapBytes mapped for objects
 * @param floatingBytes of the live ones, those in objects that nothing reaches: after a full cycle
 *     in a pause, and where cycles are verified; else nobody knows
 * @param assistedBytes of a concurrent cycle, bytes read by threads that allocate: all that is read
 *     beside the program where it has no thread of its own, else what that one was behind
 * @param technique that gathered the pages
 * @param reasons why more was reported than anybody saw written
 */
public record CycleRecord(
    long number,
    CycleKind kind,
    Cause cause,
    long startNanos,
    long pauseNanos,
    List<PhaseTime> phases,
    long pagesWatched,
    long pagesChanged,
    long pagesRescanned,
    long objectsTraced,
    long slotsRead,
    long allocatedBytes,
    long liveBytes,
    long freedBytes,
    long heapBytes,
    OptionalLong floatingBytes,
    long assistedBytes,
    String technique,
    List<String> reasons) {
  public CycleRecord {
    phases = List.copyOf(phases);
    reasons = List.copyOf(reasons);
  }

  /** Whether it decided about old objects too. */
  public boolean full() {
    return kind != CycleKind.YOUNG;
  }

  /** Bytes in cells before it: what the cycle before kept, and what was allocated since. */
  public long usedBeforeBytes() {
    return liveBytes + freedBytes;
  }

  /** Bytes of young objects that became old. Only of a young cycle. */
  public long promotedBytes() {
    return full() ? 0 : allocatedBytes - freedBytes;
  }

  /** What {@code phase} took, all its parts. */
  public long nanos(Phase phase) {
    return phases.stream().filter(of -> of.phase() == phase).mapToLong(PhaseTime::nanos).sum();
  }

  /** What it did beside the program. */
  public long concurrentNanos() {
    return phases.stream().filter(of -> !of.phase().isInPause()).mapToLong(PhaseTime::nanos).sum();
  }

  /**
   * The part of the pause that is the technique's: fetch and commit. The rest is the collector's.
   */
  public long techniqueNanos() {
    return phases.stream()
        .filter(of -> of.phase().isOfTechnique())
        .mapToLong(PhaseTime::nanos)
        .sum();
  }

  public Pause pause() {
    return new Pause(startNanos, pauseNanos);
  }
}
