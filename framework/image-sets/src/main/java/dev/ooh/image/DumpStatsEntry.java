package dev.ooh.image;

/**
 * What a dump took. Times are in microseconds, simulated where the dump's clock is.
 *
 * @param freezingMicros until all writers stood still
 * @param frozenMicros while they did
 * @param memoryDumpMicros finding out which pages to write
 * @param memoryWriteMicros writing them
 * @param pagesScanned of which it was asked whether they changed
 * @param pagesSkippedParent of them, left to the parent set
 * @param pagesWritten of them, in this set
 */
public record DumpStatsEntry(
    long freezingMicros,
    long frozenMicros,
    long memoryDumpMicros,
    long memoryWriteMicros,
    long pagesScanned,
    long pagesSkippedParent,
    long pagesWritten) {}
