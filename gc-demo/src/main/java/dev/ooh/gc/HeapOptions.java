package dev.ooh.gc;

/**
 * How a heap is held and collected.
 *
 * <p>Memory that stays free from one full cycle to the next is given back to the system, the
 * highest addresses first and some megabytes at a time: beside the program after a full cycle, or
 * ahead of the next pause. It stays mapped, reads as zero, and is used again when the heap grows.
 *
 * @param initialBytes mapped at once; as much of what was ever used is kept, free or not
 * @param maxBytes mapped at most; on real memory no more than the machine has
 * @param allocationBytes allocated between two cycles when all of it survives: down to a quarter
 *     where no pause sweeps and tracing takes some milliseconds; up to four times as much when
 *     little survives, eight where no pause sweeps and old objects take more memory than that.
 *     Pauses are about proportional to it
 * @param fullCycles where full cycles run when old objects have doubled
 * @param markers threads that mark together in a pause, at most; beside the program {@link
 *     #markersBeside}, and only one where threads take turns on a simulated processor
 * @param verify whether each cycle is checked by tracing again independently; slow
 * @param checked whether a store through the heap's memory outside an object is refused, and a
 *     reference set past an object's last slot, and whether marking tells in which slot it found
 *     what is no object's address; slow
 * @param conservative whether there may be conservative objects and ranges; mutators write down
 *     where they allocate then
 */
public record HeapOptions(
    long initialBytes,
    long maxBytes,
    long allocationBytes,
    FullCycles fullCycles,
    int markers,
    boolean verify,
    boolean checked,
    boolean conservative) {
  private static final int MOST_MARKERS = 64;

  /** Where full cycles run. When memory has run out each is one pause. */
  public enum FullCycles {
    /** Beside the program, in a thread of the collector's own. No pause sweeps. */
    BESIDE,
    /**
     * Beside the program, a slice at a time in the threads that allocate: there is no other thread.
     * No pause sweeps.
     */
    INCREMENTAL,
    /**
     * Each is one pause, as the paper's collector has it: runs under different techniques have the
     * same cycles.
     */
    PAUSE
  }

  public HeapOptions {
    require("initial heap", initialBytes, 1, Long.MAX_VALUE);
    require("heap limit", maxBytes, initialBytes, 1L << 34);
    require("allocation between cycles", allocationBytes, 1, Long.MAX_VALUE);
    require("number of markers", markers, 1, MOST_MARKERS);
  }

  /**
   * Threads that mark together beside the program: a quarter of {@link #markers}, rounded, and at
   * least one, as the program needs processors, too. It is the share that the JVM's G1 takes.
   */
  public int markersBeside() {
    return Math.max(1, (markers + 2) / 4);
  }

  /** Up to {@code maxBytes}, with the usual rest: a marker for each processor. */
  public static HeapOptions of(long initialBytes, long maxBytes) {
    int markers = Math.min(MOST_MARKERS, Runtime.getRuntime().availableProcessors());
    return new HeapOptions(
        initialBytes, maxBytes, 5 << 20, FullCycles.BESIDE, markers, false, false, false);
  }

  public HeapOptions withAllocationBytes(long bytes) {
    return new HeapOptions(
        initialBytes, maxBytes, bytes, fullCycles, markers, verify, checked, conservative);
  }

  public HeapOptions withFullCycles(FullCycles where) {
    return new HeapOptions(
        initialBytes, maxBytes, allocationBytes, where, markers, verify, checked, conservative);
  }

  public HeapOptions withMarkers(int newMarkers) {
    return new HeapOptions(
        initialBytes,
        maxBytes,
        allocationBytes,
        fullCycles,
        newMarkers,
        verify,
        checked,
        conservative);
  }

  public HeapOptions withVerify(boolean newVerify) {
    return new HeapOptions(
        initialBytes,
        maxBytes,
        allocationBytes,
        fullCycles,
        markers,
        newVerify,
        checked,
        conservative);
  }

  public HeapOptions withChecked(boolean newChecked) {
    return new HeapOptions(
        initialBytes,
        maxBytes,
        allocationBytes,
        fullCycles,
        markers,
        verify,
        newChecked,
        conservative);
  }

  public HeapOptions withConservative(boolean newConservative) {
    return new HeapOptions(
        initialBytes,
        maxBytes,
        allocationBytes,
        fullCycles,
        markers,
        verify,
        checked,
        newConservative);
  }

  private static void require(String what, long found, long least, long most) {
    if (found < least || found > most) {
      throw new IllegalArgumentException(
          "%s is %d, wanted %d to %d".formatted(what, found, least, most));
    }
  }
}
