package dev.ooh.conformance.storm;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a storm did without losing a page.
 *
 * @param fetches by the technique that was at work
 */
public record StormReport(
    long seed,
    long checks,
    Map<String, Long> fetches,
    long pagesReported,
    long stores,
    long kernelWrites,
    long collections,
    long discards,
    long remaps,
    long forks,
    long switches,
    long refusedSwitches,
    long monitorsKilled,
    long monitorsPaused,
    long monitorsStopped,
    long rivalRounds) {
  @Override
  public String toString() {
    String byTechnique =
        fetches.entrySet().stream()
            .map(entry -> entry.getValue() + " by " + entry.getKey())
            .collect(Collectors.joining(", "));
    return ("seed %d: %d checks; fetches %s; %d pages reported of %d stores and %d kernel writes;"
            + " %d collections, %d discards, %d remaps, %d forks, %d switches (%d more refused), monitors"
            + " %d killed, %d paused, %d stopped for good, a second tracker %d rounds")
        .formatted(
            seed,
            checks,
            byTechnique,
            pagesReported,
            stores,
            kernelWrites,
            collections,
            discards,
            remaps,
            forks,
            switches,
            refusedSwitches,
            monitorsKilled,
            monitorsPaused,
            monitorsStopped,
            rivalRounds);
  }
}
