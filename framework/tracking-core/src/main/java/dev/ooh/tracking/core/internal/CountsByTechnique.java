package dev.ooh.tracking.core.internal;

import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was counted in one address space, apart for each technique that did it. For any thread; its
 * monitor is taken last, under whatever others.
 */
final class CountsByTechnique {
  private final Map<String, Counts> counts = new TreeMap<>();
  private @Nullable String lastInterval;

  /** Of one technique; counted at every fetch, so nothing is made for it. */
  private static final class Counts {
    private long fetches;
    private long pages;
    private long committed;
    private long aborted;
    private long conservative;
    private long switches;
    private long stoppedNanos;

    private TrackingStatistics with(TechniqueStatistics own) {
      return new TrackingStatistics(
          fetches, pages, committed, aborted, conservative, switches, stoppedNanos, own);
    }
  }

  synchronized void fetched(String technique, long pages, boolean conservative) {
    lastInterval = technique;
    Counts its = of(technique);
    its.fetches++;
    its.pages += pages;
    its.conservative += conservative ? 1 : 0;
  }

  synchronized void committed(String technique) {
    of(technique).committed++;
  }

  synchronized void aborted(String technique) {
    of(technique).aborted++;
  }

  /** The active technique changed from this one. */
  synchronized void switched(String from) {
    of(from).switches++;
  }

  synchronized void stopped(String technique, long nanos) {
    of(technique).stoppedNanos += nanos;
  }

  /** The technique of the interval that was delivered last, to whatever consumer. */
  synchronized Optional<String> lastInterval() {
    return Optional.ofNullable(lastInterval);
  }

  /** All that was counted, with what the techniques' sessions count themselves. */
  synchronized Map<String, TrackingStatistics> with(Map<String, TechniqueStatistics> sessions) {
    Map<String, TrackingStatistics> all = new TreeMap<>();
    counts.forEach((technique, its) -> all.put(technique, its.with(TechniqueStatistics.none())));
    sessions.forEach(
        (technique, own) ->
            all.put(technique, counts.getOrDefault(technique, new Counts()).with(own)));
    return all;
  }

  private Counts of(String technique) {
    return counts.computeIfAbsent(technique, _ -> new Counts());
  }
}
