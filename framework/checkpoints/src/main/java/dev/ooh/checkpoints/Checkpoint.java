package dev.ooh.checkpoints;

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
 * @param pages how many 4 KiB pages the segments have that are not all zeros
 * @param pagesWritten how many of them are in this very set; the others are in those it builds on
 */
public record Checkpoint(
    Path set,
    String technique,
    Duration frozen,
    Duration durable,
    int rounds,
    long pages,
    long pagesWritten) {}
