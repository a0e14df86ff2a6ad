package dev.ooh.criu;

import dev.ooh.memory.CopyBeforeWrite;
import java.nio.file.Path;

/**
 * What one dump or pre-dump did. Times are milliseconds of the execution context's clock: simulated
 * on a simulated machine.
 *
 * @param set where it is
 * @param technique that gathered the pages; {@code all-dirty} when none did
 * @param reasons one line: why pages were written that nobody saw change, empty when there are none
 * @param complete from the first step until the set was durable and visible
 * @param freezing until all writers stood still; 0 for a pre-dump
 * @param frozen from asking them to stop until they went on; 0 for a pre-dump
 * @param memoryDump finding out which pages to write
 * @param memoryWrite copying and writing them
 * @param pagesScanned pages that were asked about
 * @param pagesWritten pages that are in this set
 * @param pagesSkippedParent pages that stayed in the parent set
 * @param pagesZero pages of zeros, which no set need have
 * @param rounds how often pages were copied while the program ran
 * @param pagesCopied pages copied while it stood still, to be written afterwards; 0 when they were
 *     written while it stood still
 * @param beforeWrite whether pages were copied before the program wrote to them, not while it stood
 *     still
 * @param choice one line: why, or why not; empty where it was not to stand still for too long
 * @param waits how long threads of the program waited for that
 */
public record DumpReport(
    Path set,
    String technique,
    String reasons,
    double complete,
    double freezing,
    double frozen,
    double memoryDump,
    double memoryWrite,
    long pagesScanned,
    long pagesWritten,
    long pagesSkippedParent,
    long pagesZero,
    int rounds,
    long pagesCopied,
    boolean beforeWrite,
    String choice,
    CopyBeforeWrite.Waits waits) {}
