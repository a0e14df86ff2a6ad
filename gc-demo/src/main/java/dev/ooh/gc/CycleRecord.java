package dev.ooh.gc;

import java.util.List;

/**
 * What one cycle did. Times are of the execution context's clock: simulated on {@code virtual}.
 *
 * @param number counts from 1
 * @param startNanos when the mutators were asked to stop for it, by that clock
 * @param full whether it decided about old objects too
 * @param besideNanos of a full cycle beside the program, from its begin to its last pause, its
 *     young cycles included; else 0
 * @param pauseNanos from asking the mutators to stop until they went on
 * @param fetchNanos of that, asking which pages changed
 * @param markNanos of that, tracing
 * @param sweepNanos of that, sweeping, or preparing it where blocks are swept beside the program
 * @param pagesWatched pages asked about
 * @param pagesChanged of those, pages reported
 * @param objectsTraced objects whose slots were all read
 * @param slotsRead reference slots read
 * @param liveBytes in cells that were kept, floating garbage included
 * @param freedBytes in cells that were freed
 * @param technique that gathered the pages
 * @param reasons why more was reported than anybody saw written
 */
public record CycleRecord(
    long number,
    long startNanos,
    boolean full,
    long besideNanos,
    long pauseNanos,
    long fetchNanos,
    long markNanos,
    long sweepNanos,
    long pagesWatched,
    long pagesChanged,
    long objectsTraced,
    long slotsRead,
    long liveBytes,
    long freedBytes,
    String technique,
    List<String> reasons) {
  public CycleRecord {
    reasons = List.copyOf(reasons);
  }
}
