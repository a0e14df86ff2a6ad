package dev.ooh.cli.replay;

import java.util.SortedMap;

/**
 * What recorded page writes cost under one technique, over the intervals that count: those after
 * the first whose writes were seen exactly.
 *
 * @param intervals how many count
 * @param inexact how many don't, since not all of their pages were seen written
 * @param untrackedMillis what the program's work in them took untracked
 * @param impactMillis what the program is held up by, the fetches apart; simulated
 * @param fetchMillis all fetches together; simulated
 * @param setupMillis to start and to end tracking, in no slowdown; simulated
 * @param frozenMillis how long the program would stand still if it were stopped at the end of an
 *     interval, its pages fetched and copied: the median; simulated
 * @param longestFrozenMillis the longest
 * @param networkBytes what a migration sends that copies all pages first, and each interval's then
 * @param written pages stored to, summed over the intervals that count
 * @param reported pages reported
 * @param lost pages stored to and not reported, in any interval: must be 0
 * @param events what was counted, by id
 */
record ReplayResult(
    int intervals,
    int inexact,
    double untrackedMillis,
    double impactMillis,
    double fetchMillis,
    double setupMillis,
    double frozenMillis,
    double longestFrozenMillis,
    long networkBytes,
    long written,
    long reported,
    long lost,
    SortedMap<String, Long> events) {

  /** Of the tracked program against an untracked run; 1 is none. */
  double slowdown() {
    return 1 + (impactMillis + fetchMillis) / untrackedMillis;
  }
}
