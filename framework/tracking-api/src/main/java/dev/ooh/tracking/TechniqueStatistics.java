package dev.ooh.tracking;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Named counts that only grow, as an immutable value: the difference of two is what happened
 * between them. Names are dotted lower case, such as {@code ring.entries}.
 */
public record TechniqueStatistics(SortedMap<String, Long> counts) {
  public TechniqueStatistics {
    counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
  }

  public static TechniqueStatistics of(Map<String, Long> counts) {
    return new TechniqueStatistics(new TreeMap<>(counts));
  }

  public static TechniqueStatistics none() {
    return new TechniqueStatistics(new TreeMap<>());
  }

  /** The count of {@code name}; 0 when it never happened. */
  public long get(String name) {
    return counts.getOrDefault(name, 0L);
  }

  public TechniqueStatistics minus(TechniqueStatistics before) {
    SortedMap<String, Long> difference = new TreeMap<>();
    counts.forEach((name, count) -> difference.put(name, count - before.get(name)));
    return new TechniqueStatistics(difference);
  }

  public TechniqueStatistics plus(TechniqueStatistics other) {
    SortedMap<String, Long> sum = new TreeMap<>(counts);
    other.counts.forEach((name, count) -> sum.merge(name, count, Long::sum));
    return new TechniqueStatistics(sum);
  }
}
