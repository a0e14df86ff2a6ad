package dev.ooh.tracking.core.internal;

import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What was counted in one address space, apart for each technique that did it. For any thread; its
 * monitor is taken last, under whatever others.
 */
final class CountsByTechnique {
  private final Map<String, TrackingStatistics> counts = new TreeMap<>();
  private Optional<String> lastInterval = Optional.empty();

  synchronized void fetched(String technique, long pages, boolean conservative) {
    lastInterval = Optional.of(technique);
    add(technique, 1, pages, 0, 0, conservative ? 1 : 0, 0, 0);
  }

  synchronized void committed(String technique) {
    add(technique, 0, 0, 1, 0, 0, 0, 0);
  }

  synchronized void aborted(String technique) {
    add(technique, 0, 0, 0, 1, 0, 0, 0);
  }

  /** The active technique changed from this one. */
  synchronized void switched(String from) {
    add(from, 0, 0, 0, 0, 0, 1, 0);
  }

  synchronized void stopped(String technique, long nanos) {
    add(technique, 0, 0, 0, 0, 0, 0, nanos);
  }

  /** The technique of the interval that was delivered last, to whatever consumer. */
  synchronized Optional<String> lastInterval() {
    return lastInterval;
  }

  /** All that was counted, with what the techniques' sessions count themselves. */
  Map<String, TrackingStatistics> with(Map<String, TechniqueStatistics> sessions) {
    Map<String, TrackingStatistics> all;
    synchronized (this) {
      all = new TreeMap<>(counts);
    }
    sessions.forEach(
        (technique, own) ->
            all.merge(
                technique,
                new TrackingStatistics(0, 0, 0, 0, 0, 0, 0, own),
                TrackingStatistics::plus));
    return all;
  }

  private void add(
      String technique,
      long fetches,
      long pages,
      long committed,
      long aborted,
      long conservative,
      long switches,
      long stoppedNanos) {
    counts.merge(
        technique,
        new TrackingStatistics(
            fetches,
            pages,
            committed,
            aborted,
            conservative,
            switches,
            stoppedNanos,
            TechniqueStatistics.none()),
        TrackingStatistics::plus);
  }
}
