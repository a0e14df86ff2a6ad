package dev.ooh.cli.micro;

import dev.ooh.cli.UnpricedWork;
import java.util.List;
import java.util.SortedMap;

/**
 * What one run of the array measured, over the intervals from the second on.
 *
 * @param slowdown of the tracked program against an untracked run; 1 is none
 * @param trackerTime milliseconds that the tracker spent
 * @param trackingCost milliseconds of tracker and impact on the tracked program together
 * @param setupTime milliseconds to start and to end tracking; in no slowdown
 * @param untrackedPass milliseconds of one pass that nobody tracks
 * @param pagesWritten distinct pages stored to, summed over intervals
 * @param pagesReported distinct pages reported, summed over intervals
 * @param bytesReported bytes of what was reported: fewer than those pages have where a technique
 *     tells parts of pages apart
 * @param pagesLost stored to and not reported, in a warm-up too: must be 0
 * @param unpriced what has no price where costs are simulated; one or none
 * @param events counted events by id; empty where nothing is simulated
 * @param times simulated milliseconds of the paper's events by id, {@code W0} the passes without
 *     tracking; empty where nothing is simulated
 */
public record ArrayResult(
    double slowdown,
    double trackerTime,
    double trackingCost,
    double setupTime,
    double untrackedPass,
    long pagesWritten,
    long pagesReported,
    long bytesReported,
    long pagesLost,
    List<UnpricedWork> unpriced,
    SortedMap<String, Long> events,
    SortedMap<String, Double> times) {}
