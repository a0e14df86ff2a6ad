package dev.ooh.checkpoints;

import dev.ooh.memory.CopyBeforeWrite;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A checkpoint that was taken and is durable.
 *
 * @param set the image set that holds it
 * @param technique by which it was found what had changed
 * @param frozen how long writers stood still, from the request to stop until they went on; where
 *     the caller is the writer, how long its call took
 * @param durable from the call until the set was durable
 * @param rounds how often pages were copied before writers had to stand still
 * @param rest how what was left after them was taken
 * @param reason why so, and why huge pages are split where they were to stay whole; empty where
 *     writers were to stand still for no longer than they should, and nothing is split; and that
 *     the technique changed back where so little changes that no writer need wait any more
 * @param waits how long writers waited for a page to be copied before they changed it
 * @param pages how many 4 KiB pages the segments have that are not all zeros
 * @param pagesWritten how many of them are in this very set; the others are in those it builds on
 */
public record Checkpoint(
    Path set,
    String technique,
    Duration frozen,
    Duration durable,
    int rounds,
    Rest rest,
    String reason,
    CopyBeforeWrite.Waits waits,
    long pages,
    long pagesWritten) {

  /** What becomes of the pages that were not copied while the program ran. */
  public enum Rest {
    /** Writers stood still while they were copied. */
    COPIED_WHILE_STOPPED,
    /** Writers stood still while they were written: there was no room for copies. */
    WRITTEN_WHILE_STOPPED,
    /** Writers went on at once, and had each page copied before they changed it. */
    COPIED_BEFORE_WRITE
  }
}
